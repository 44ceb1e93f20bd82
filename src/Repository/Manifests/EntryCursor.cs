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

    /// <summary>The current entry.</summary>
    public ManifestEntry Entry { get; private set; } = null!;

    /// <summary>What the copy was read from; 0 for none.</summary>
    public ulong SourceProof { get; private set; }

    /// <summary>Where the current entry can be found again with <see cref="Seek"/>.</summary>
    public EntryLocation Location { get; private set; }

    /// <summary>Plain bytes of the current file that the segments read so far cover.</summary>
    public long CoveredBytes => coveredBytes;

    private long ContentBytes => Entry.LinkedTo is null ? Entry.Attributes.Size : 0;

    public bool MoveNext()
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
            Entry = EntryCodec.Read(ref reader, out var proof);
            SourceProof = proof;
            position += reader.Position;
        }
        catch (InvalidDataException e)
        {
            throw blocks.Damaged(blockAt, $"position {position}: {e.Message}");
        }

        (coveredBytes, piecesLeft) = (0, 0);
        return true;
    }

    /// <summary>Makes the entry there the current one.</summary>
    public void Seek(EntryLocation location)
    {
        Entry = null!;
        (listLength, listPosition, piecesLeft) = (0, 0, 0);
        if (location.Block != blockAt)
        {
            (blockLength, position, nextBlock) = (0, 0, location.Block);
            if (!FillBlock())
            {
                throw blocks.Damaged(location.Block, "the entry that was here is gone");
            }
        }

        position = location.Position;
        if (!MoveNext())
        {
            throw blocks.Damaged(location.Block, "the entry that was here is gone");
        }
    }

    /// <summary>The next piece of the current file; false when it is covered, or when a journal ends inside it.</summary>
    public bool NextSegment(out SegmentReference segment)
    {
        segment = default;
        while (listPosition == listLength)
        {
            if (coveredBytes == ContentBytes)
            {
                return piecesLeft == 0 ? false : throw blocks.Damaged(blockAt, $"more segments than '{Entry.Path}' has bytes");
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

    private void SkipRest()
    {
        while (Entry is not null && NextSegment(out _))
        {
        }
    }

    private bool BeginPieces()
    {
        if (!FillBlock() || (blocks.MayEndInside && block[position] == EntryCodec.EntryRecord))
        {
            return blocks.MayEndInside ? false : throw new RepositoryDamagedException(blocks.Damaged(Math.Max(0, blockAt), "").Subject, $"segments of '{Entry.Path}' are missing");
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
            throw blocks.Damaged(blockAt, $"a segment list goes over the end of '{Entry.Path}'");
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
            throw blocks.Damaged(blockAt, $"'{Entry.Path}': {e.Message}");
        }
    }

    private void Cover(long length)
    {
        coveredBytes += length;
        if (coveredBytes > ContentBytes || coveredBytes < 0)
        {
            throw blocks.Damaged(blockAt, $"segments of '{Entry.Path}' go over its end");
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
