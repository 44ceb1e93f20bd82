namespace Cairn.Repository;

/// <summary>
/// Walks over the entries of a manifest or a journal, and over the segments of each, holding one page or block at a time. Everything read is
/// checked; what is wrong is a <see cref="RepositoryDamagedException"/>. Not for concurrent use.
/// </summary>
internal sealed class EntryCursor(EntryBlocks blocks) : IDisposable
{
    private byte[] block = [];
    private int blockLength;
    private long blockAt = -1;
    private long nextBlock = blocks.First;
    private int position;
    private uint piecesLeft;
    private byte[] list = [];
    private int listLength;
    private int listPosition;
    private long listEnd;
    private long coveredBytes;
    private bool hasEntry;
    private int pathAt;
    private int pathLength;

    /// <summary>The current entry; null behind <see cref="MoveNextGlance"/>.</summary>
    public ManifestEntry Entry { get; private set; } = null!;

    /// <summary>As much of the current entry as is known either way.</summary>
    public EntryGlance Glance { get; private set; }

    /// <summary>Where the current entry can be found again with <see cref="Seek"/>.</summary>
    public EntryLocation Location { get; private set; }

    /// <summary>Plain bytes of the current file that the segments read so far cover.</summary>
    public long CoveredBytes => coveredBytes;

    private long ContentBytes => Glance.IsLink ? 0 : Glance.Size;

    // For findings.
    private string Subject => Entry is { } known ? $"'{known.Path}'" : $"the entry at position {Location.Position} of page or block {Location.Block}";

    public bool MoveNext()
    {
        if (!MoveNextGlance())
        {
            return false;
        }

        try
        {
            var reader = new ByteReader(block.AsSpan(Location.Position + 1, position - Location.Position - 1));
            Entry = EntryCodec.Read(ref reader, out _);
            return true;
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"position {Location.Position}: {e.Message}");
        }
    }

    /// <summary>As <see cref="MoveNext"/>, without reading more than <see cref="Glance"/> and the path, and with no rule checked but lengths.</summary>
    public bool MoveNextGlance()
    {
        SkipRest();
        if (!FillBlock())
        {
            return false;
        }

        Location = new EntryLocation(blockAt, position);
        try
        {
            var reader = new ByteReader(block.AsSpan(position, blockLength - position));
            Require(reader.U8(), EntryCodec.EntryRecord);
            Glance = EntryCodec.Glance(ref reader, out var path);
            (pathAt, pathLength) = (position + EntryCodec.PathAt, path.Length);
            position += reader.Position;
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"position {position}: {e.Message}");
        }

        (Entry, hasEntry, coveredBytes, piecesLeft) = (null!, true, 0, 0);
        return true;
    }

    /// <summary>Whether these are the bytes of the current entry's path. Not after the first of its segments was read.</summary>
    public bool HasPath(ReadOnlySpan<byte> path) => block.AsSpan(pathAt, pathLength).SequenceEqual(path);

    /// <summary>Makes the entry there the current one.</summary>
    public void Seek(EntryLocation location)
    {
        GoTo(location);
        Require(MoveNext(), location);
    }

    /// <summary>As <see cref="Seek"/>, with no more of the entry than <see cref="MoveNextGlance"/> has.</summary>
    public void SeekGlance(EntryLocation location)
    {
        GoTo(location);
        Require(MoveNextGlance(), location);
    }

    /// <summary>The next piece of the current file; false when it is covered, or when a journal ends inside it.</summary>
    public bool NextSegment(out SegmentReference segment)
    {
        segment = default;
        while (listPosition == listLength)
        {
            if (coveredBytes == ContentBytes)
            {
                return piecesLeft == 0 ? false : throw blocks.Damaged(blockAt, $"more segments than {Subject} has bytes");
            }

            if (piecesLeft == 0 && !BeginPieces())
            {
                return false;
            }

            if (!ReadPiece(out segment))
            {
                continue;
            }

            Cover(segment.Length);
            return true;
        }

        segment = ReadListed();
        Cover(segment.Length);
        return true;
    }

    public void Dispose() => blocks.Dispose();

    private void GoTo(EntryLocation location)
    {
        hasEntry = false;
        (listLength, listPosition, piecesLeft) = (0, 0, 0);
        if (location.Block != blockAt)
        {
            (blockLength, position, nextBlock) = (0, 0, location.Block);
            Require(FillBlock(), location);
        }

        position = location.Position;
    }

    private void Require(bool isThere, EntryLocation location)
    {
        if (!isThere)
        {
            throw blocks.Damaged(location.Block, "the entry that was here is gone");
        }
    }

    private void SkipRest()
    {
        while (hasEntry && NextSegment(out _))
        {
        }
    }

    private bool BeginPieces()
    {
        if (!FillBlock() || (blocks.MayEndInside && block[position] == EntryCodec.EntryRecord))
        {
            return blocks.MayEndInside ? false : throw new RepositoryDamagedException(blocks.Damaged(Math.Max(0, blockAt), "").Subject, $"segments of {Subject} are missing");
        }

        try
        {
            var reader = new ByteReader(block.AsSpan(position, blockLength - position));
            Require(reader.U8(), EntryCodec.PiecesRecord);
            piecesLeft = reader.U32();
            position += reader.Position;
            if (piecesLeft is 0 or > PieceCodec.MaxPieces)
            {
                throw new InvalidDataException($"{piecesLeft} segments in a record");
            }

            return true;
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"position {position}: {e.Message}");
        }
    }

    // False when the piece was a list: its own pieces come next.
    private bool ReadPiece(out SegmentReference piece)
    {
        bool isList;
        long covered;
        try
        {
            var reader = new ByteReader(block.AsSpan(position, blockLength - position));
            piece = PieceCodec.Read(ref reader, mayBeList: true, out isList, out covered);
            position += reader.Position;
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"position {position}: {e.Message}");
        }

        piecesLeft--;
        if (isList)
        {
            OpenList(piece, covered);
        }

        return !isList;
    }

    private void OpenList(in SegmentReference record, long covered)
    {
        var bytes = blocks.ReadList(record);
        if (list.Length < bytes.Length)
        {
            list = new byte[bytes.Length];
        }

        bytes.CopyTo(list);
        (listLength, listPosition, listEnd) = (bytes.Length, 0, coveredBytes + covered);
        if (listEnd > ContentBytes || listEnd < 0)
        {
            throw blocks.Damaged(blockAt, $"a segment list goes over the end of {Subject}");
        }
    }

    private SegmentReference ReadListed()
    {
        try
        {
            var reader = new ByteReader(list.AsSpan(listPosition, listLength - listPosition));
            var piece = PieceCodec.Read(ref reader, mayBeList: false, out _, out _);
            listPosition += reader.Position;
            return (listPosition == listLength) == (coveredBytes + piece.Length == listEnd)
                ? piece
                : throw new InvalidDataException("a segment list does not cover what it should");
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"{Subject}: {e.Message}");
        }
    }

    private void Cover(long length)
    {
        coveredBytes += length;
        if (coveredBytes > ContentBytes || coveredBytes < 0)
        {
            throw blocks.Damaged(blockAt, $"segments of {Subject} go over its end");
        }
    }

    private static void Require(byte record, byte expected)
    {
        if (record != expected)
        {
            throw new InvalidDataException($"a record of type {record} where {expected} is due");
        }
    }

    // True when there is something to read at the position; blocks without content do not exist.
    private bool FillBlock()
    {
        while (position >= blockLength)
        {
            if (!blocks.TryRead(nextBlock, ref block, out blockLength, out var next))
            {
                (position, blockLength, blockAt, nextBlock) = (0, 0, -1, next);
                return false;
            }

            (blockAt, nextBlock, position) = (nextBlock, next, 0);
        }

        return true;
    }
}
