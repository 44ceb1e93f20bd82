namespace Cairn.Repository;

/// <summary>
/// Encodes entries and their segments into the plain bytes of a journal's blocks. A file's segments may go over several blocks; an entry without more
/// segments is ended by the next entry. Not for concurrent use.
/// </summary>
internal sealed class EntryWriter
{
    /// <summary>A block is closed once it has this many plain bytes.</summary>
    public const int BlockBytes = 256 * 1024;

    private readonly ByteWriter block = new(BlockBytes + (64 * 1024));
    private int countAt = -1;
    private uint count;
    private long pendingZeros;

    public bool IsFull => block.Length >= BlockBytes;

    public bool IsEmpty => block.Length == 0 && pendingZeros == 0;

    /// <param name="entry">The path.</param>
    /// <param name="sourceProof">What the copy was read from, for a resume; 0 for none.</param>
    public void Begin(ManifestEntry entry, ulong sourceProof)
    {
        EndSegments();
        EntryCodec.Write(block, entry, sourceProof);
    }

    public void Add(SegmentReference segment)
    {
        if (segment.IsZero)
        {
            pendingZeros += segment.Length;
            return;
        }

        FlushZeros();
        Put(segment);
    }

    /// <summary>The plain bytes of the block so far; the next one goes on where this ended.</summary>
    public byte[] TakeBlock()
    {
        EndSegments();
        var bytes = block.Written.ToArray();
        block.Clear();
        return bytes;
    }

    private void FlushZeros()
    {
        if (pendingZeros > 0)
        {
            Put(SegmentReference.Zeros(pendingZeros));
            pendingZeros = 0;
        }
    }

    private void Put(in SegmentReference piece)
    {
        if (countAt >= 0 && count == PieceCodec.MaxPieces)
        {
            CloseRecord();
        }

        if (countAt < 0)
        {
            block.U8(EntryCodec.PiecesRecord);
            countAt = block.Length;
            block.U32(0);
        }

        PieceCodec.Write(block, piece);
        count++;
    }

    private void EndSegments()
    {
        FlushZeros();
        CloseRecord();
    }

    private void CloseRecord()
    {
        if (countAt >= 0)
        {
            block.PatchU32(countAt, count);
            countAt = -1;
            count = 0;
        }
    }
}
