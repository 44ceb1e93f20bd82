namespace Cairn.Repository;

/// <summary>
/// Judges what a restored file has taken over from an earlier one: by the hash of its own bytes as they are now, never by times. One per worker: not for
/// concurrent use.
/// </summary>
internal sealed class SharedContent(ChainSealing sealing) : IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private static readonly byte[] Zeros = new byte[ChunkBytes];

    private UnmanagedBuffer buffer = new(ChunkBytes);

    /// <summary>Whether the segment is in the file already.</summary>
    public bool IsRight(RestoredFile file, long offset, in SegmentReference segment)
    {
        if (buffer.Length < segment.Length)
        {
            buffer.Dispose();
            buffer = new UnmanagedBuffer((int)segment.Length);
        }

        var bytes = buffer.Span[..(int)segment.Length];
        return file.TryReadShared(bytes, offset) && sealing.Name(bytes) == segment.Hash;
    }

    /// <summary>Writes zeros over what an earlier file has brought to where there are to be none but zeros.</summary>
    public static void Clear(RestoredFile file, long offset, long length)
    {
        var end = offset + file.CountShared(offset, length);
        var found = new byte[(int)Math.Min(ChunkBytes, end - offset)];
        for (var at = offset; at < end; at += found.Length)
        {
            var chunk = found.AsSpan(0, (int)Math.Min(found.Length, end - at));
            if (!file.TryReadShared(chunk, at) || chunk.ContainsAnyExcept((byte)0))
            {
                file.Write(Zeros.AsSpan(0, chunk.Length), at);
            }
        }
    }

    public void Dispose() => buffer.Dispose();
}
