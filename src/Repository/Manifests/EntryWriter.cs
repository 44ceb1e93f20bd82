namespace Cairn.Repository;

/// <summary>
/// Encodes entries and their segments into the plain bytes of entry blocks. A file's segments may go over several blocks; an entry without more
/// segments is ended by the next entry. Not for concurrent use.
/// </summary>
internal sealed class EntryWriter
{
    public const byte EntryRecord = 1;
    public const byte SegmentsRecord = 2;
    public const int MaxSegmentsPerRecord = 4096;

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
        block.U8(EntryRecord);
        block.U8((byte)entry.Kind);
        block.U8((byte)((entry.Immutable ? EntryFlags.Immutable : 0) | (entry.Sparse ? EntryFlags.Sparse : 0) |
            (entry.Identity is null ? 0 : EntryFlags.Identity)));
        block.Text(entry.Path);
        block.Text(entry.Class);
        block.U32(entry.Attributes.Mode);
        block.U32(entry.Attributes.Uid);
        block.U32(entry.Attributes.Gid);
        block.I64(entry.Attributes.MtimeNs);
        block.U64((ulong)entry.Attributes.Size);
        block.U64(sourceProof);
        if (entry.Identity is { } identity)
        {
            block.U64(identity.Device);
            block.U64(identity.Inode);
        }

        if (entry.Kind == EntryKind.Symlink)
        {
            block.Text(entry.LinkTarget!);
        }
    }

    public void Add(SegmentReference segment)
    {
        if (segment.IsZero)
        {
            pendingZeros += segment.Length;
            return;
        }

        FlushZeros();
        Count();
        block.U8(1);
        block.U32(segment.Place.Pack);
        block.U64((ulong)segment.Place.Offset);
        block.U32(segment.Place.StoredLength);
        block.U32(segment.Place.PlainLength);
        block.Digest(segment.Hash);
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
        if (pendingZeros == 0)
        {
            return;
        }

        Count();
        block.U8(0);
        block.U64((ulong)pendingZeros);
        pendingZeros = 0;
    }

    private void Count()
    {
        if (countAt >= 0 && count == MaxSegmentsPerRecord)
        {
            CloseRecord();
        }

        if (countAt < 0)
        {
            block.U8(SegmentsRecord);
            countAt = block.Length;
            block.U32(0);
        }

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
