using Microsoft.Win32.SafeHandles;

namespace Cairn.Repository;

/// <summary>Unpacks single zstd frames of known plain length. Not for concurrent use.</summary>
internal sealed class ZstdDecompressor : SafeHandleZeroOrMinusOneIsInvalid
{
    public ZstdDecompressor()
        : base(ownsHandle: true) => SetHandle(Zstd.CreateDecompressor());

    /// <summary>Fills <paramref name="destination"/> exactly; false when the frame is damaged or of another length.</summary>
    public unsafe bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* from = source, to = destination)
        {
            var result = Zstd.Decompress(handle, to, (nuint)destination.Length, from, (nuint)source.Length);
            return Zstd.IsError(result) == 0 && (int)result == destination.Length;
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = Zstd.FreeDecompressor(handle);
        return true;
    }
}
