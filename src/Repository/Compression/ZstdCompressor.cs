using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>Compresses one buffer after the other into single zstd frames. Not for concurrent use.</summary>
/// <param name="level">zstd's; 0 compresses nothing.</param>
/// <param name="minMatch">The shortest match that is looked for, in bytes; 0 leaves it to the level.</param>
internal sealed class ZstdCompressor(int level, int minMatch = 0) : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    // ZSTD_c_compressionLevel and ZSTD_c_minMatch of zstd.h.
    private const int LevelParameter = 100;
    private const int MinMatchParameter = 105;

    // Level 1 itself looks for 6 bytes and more. With 5 it takes at most a tenth longer, and makes rows of tables and indexes a seventh smaller, programs and
    // texts a thirtieth.
    private const int FastestMinMatch = 5;

    public ZstdCompressor(Compression compression)
        : this(
            compression switch
            {
                Compression.None => 0,
                Compression.Fastest => 1,
                Compression.Balanced => 3,
                Compression.Best => 9,
                _ => throw new ArgumentOutOfRangeException(nameof(compression), compression, "unknown compression"),
            },
            compression == Compression.Fastest ? FastestMinMatch : 0)
    {
    }

    /// <summary>The frame's length, or 0 when it does not fit: then <paramref name="source"/> is better stored as it is.</summary>
    public unsafe int TryCompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (level == 0 || destination.IsEmpty)
        {
            return 0;
        }

        if (IsInvalid)
        {
            SetHandle(Create());
        }

        fixed (byte* from = source, to = destination)
        {
            var result = Zstd.Compress(handle, to, (nuint)destination.Length, from, (nuint)source.Length);
            return Zstd.IsError(result) != 0 ? 0 : (int)result;
        }
    }

    private nint Create()
    {
        var context = Zstd.CreateCompressor();
        if (context == 0)
        {
            throw new InsufficientMemoryException("zstd has no memory for a context");
        }

        // 0 stands for the level's own in zstd, too.
        if (Zstd.IsError(Zstd.SetParameter(context, LevelParameter, level)) != 0
            || Zstd.IsError(Zstd.SetParameter(context, MinMatchParameter, minMatch)) != 0)
        {
            _ = Zstd.FreeCompressor(context);
            throw new InvalidOperationException($"zstd takes no level {level} with matches from {minMatch} bytes on");
        }

        return context;
    }

    protected override bool ReleaseHandle()
    {
        _ = Zstd.FreeCompressor(handle);
        return true;
    }
}
