using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>Compresses one buffer after the other into single zstd frames; level 0 compresses nothing. Not for concurrent use.</summary>
internal sealed class ZstdCompressor(int level) : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public ZstdCompressor(Compression compression)
        : this(compression switch
        {
            Compression.None => 0,
            Compression.Fastest => 1,
            Compression.Balanced => 3,
            Compression.Best => 9,
            _ => throw new ArgumentOutOfRangeException(nameof(compression), compression, "unknown compression"),
        })
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
            SetHandle(Zstd.CreateCompressor());
        }

        fixed (byte* from = source, to = destination)
        {
            var result = Zstd.Compress(handle, to, (nuint)destination.Length, from, (nuint)source.Length, level);
            return Zstd.IsError(result) != 0 ? 0 : (int)result;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = Zstd.FreeCompressor(handle);
        return true;
    }
}
