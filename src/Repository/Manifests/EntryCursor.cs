namespace Cairn.Repository;

/// <summary>
/// Walks over the entries of a manifest or a journal, and over the segments of each, holding one block at a time. Everything read is
/// checked; what is wrong is a <see cref="RepositoryDamagedException"/>. Not for concurrent use.
/// </summary>
internal sealed class EntryCursor(BlockFile file, long start, bool mayEndInside) : IDisposable
{
    private byte[] block = [];
    private long blockAt = -1;
    private long nextBlock = start;
    private int position;
    private uint segmentsLeft;
    private long coveredBytes;

    /// <summary>The current entry.</summary>
    public ManifestEntry Entry { get; private set; } = null!;

    /// <summary>What the copy was read from; 0 for none.</summary>
    public ulong SourceProof { get; private set; }

    /// <summary>Where the current entry can be found again with <see cref="Seek"/>.</summary>
    public EntryLocation Location { get; private set; }

    /// <summary>
    /// True when the walk ended at a summary: everything is there. False for a journal of a copy that is not complete (allowed only by
    /// <c>mayEndInside</c>).
    /// </summary>
    public bool EndedComplete { get; private set; }

    /// <summary>Plain bytes of the current file that the segments read so far cover.</summary>
    public long CoveredBytes => coveredBytes;

    public bool MoveNext()
    {
        while (Entry is not null && NextSegment(out _))
        {
        }

        if (!FillBlock())
        {
            return false;
        }

        Location = new EntryLocation(blockAt, position);
        Decode(EntryWriter.EntryRecord, DecodeEntry);
        return true;
    }

    /// <summary>Makes the entry there the current one.</summary>
    public void Seek(EntryLocation location)
    {
        EndedComplete = false;
        Entry = null!;
        if (location.Block != blockAt)
        {
            (block, position, nextBlock) = ([], 0, location.Block);
            if (!FillBlock())
            {
                throw file.Damaged(location.Block, "the entry that was here is gone");
            }
        }

        position = location.Position;
        if (!MoveNext())
        {
            throw file.Damaged(location.Block, "the entry that was here is gone");
        }
    }

    /// <summary>The next piece of the current file; false when it is covered, or when a journal ends inside it.</summary>
    public bool NextSegment(out SegmentReference segment)
    {
        segment = default;
        if (coveredBytes == Entry.Attributes.Size)
        {
            return segmentsLeft == 0 ? false : throw file.Damaged(blockAt, $"more segments than '{Entry.Path}' has bytes");
        }

        if (segmentsLeft == 0)
        {
            if (!FillBlock() || (mayEndInside && block[position] == EntryWriter.EntryRecord))
            {
                return mayEndInside ? false : throw file.Damaged(nextBlock, $"segments of '{Entry.Path}' are missing");
            }

            Decode(EntryWriter.SegmentsRecord, DecodeSegmentsHeader);
        }

        SegmentReference found = default;
        Decode(expectedRecord: null, (ref ByteReader reader) => found = DecodeSegment(ref reader));
        segment = found;
        segmentsLeft--;
        coveredBytes += segment.Length;
        if (coveredBytes > Entry.Attributes.Size || coveredBytes < 0)
        {
            throw file.Damaged(blockAt, $"segments of '{Entry.Path}' go over its end");
        }

        return true;
    }

    public void Dispose() => file.Dispose();

    private delegate void Decoder(ref ByteReader reader);

    private void Decode(byte? expectedRecord, Decoder decode)
    {
        try
        {
            var reader = new ByteReader(block.AsSpan(position));
            if (expectedRecord is { } expected && reader.U8() is var record && record != expected)
            {
                throw new InvalidDataException($"a record of type {record} where {expected} is due");
            }

            decode(ref reader);
            position += reader.Position;
        }
        catch (InvalidDataException e)
        {
            throw file.Damaged(blockAt, $"position {position}: {e.Message}");
        }
    }

    // True when there is something to read at the position; blocks without content do not exist.
    private bool FillBlock()
    {
        while (position >= block.Length)
        {
            if (EndedComplete || (mayEndInside && nextBlock >= file.Length))
            {
                return false;
            }

            byte[] plain;
            BlockKind kind;
            long next;
            try
            {
                plain = file.ReadBlock(nextBlock, out kind, out next);
            }
            catch (RepositoryDamagedException) when (mayEndInside)
            {
                // A torn tail of a journal: what was not synced proves nothing and counts as never written.
                nextBlock = file.Length;
                return false;
            }

            if (kind == BlockKind.Summary)
            {
                EndedComplete = true;
                return false;
            }

            if (kind != BlockKind.Entries)
            {
                throw file.Damaged(nextBlock, $"a block of kind {kind} among the entries");
            }

            (block, blockAt, nextBlock, position) = (plain, nextBlock, next, 0);
        }

        return true;
    }

    private void DecodeEntry(ref ByteReader reader)
    {
        var kind = (EntryKind)reader.U8();
        int flags = reader.U8();
        if ((flags & ~(EntryFlags.Immutable | EntryFlags.Sparse | EntryFlags.Identity)) != 0)
        {
            throw new InvalidDataException($"unknown flags {flags}");
        }

        var path = reader.Text(EntryRules.MaxPathBytes, "the path");
        var entryClass = reader.Text(EntryRules.MaxClassBytes, "the class");
        var attributes = new UnixAttributes(reader.U32(), reader.U32(), reader.U32(), reader.I64(), reader.Count("the size"));
        SourceProof = reader.U64();
        FileIdentity? identity = (flags & EntryFlags.Identity) != 0 ? new FileIdentity(reader.U64(), reader.U64()) : null;
        var target = kind == EntryKind.Symlink ? reader.Text(EntryRules.MaxLinkBytes, "the link target") : null;
        var entry = new ManifestEntry
        {
            Path = path,
            Kind = kind,
            Attributes = attributes,
            LinkTarget = target,
            Class = entryClass,
            Immutable = (flags & EntryFlags.Immutable) != 0,
            Sparse = (flags & EntryFlags.Sparse) != 0,
            Identity = identity,
        };
        if (EntryRules.FindFault(entry) is { } fault)
        {
            throw new InvalidDataException($"entry '{path}': {fault}");
        }

        Entry = entry;
        coveredBytes = 0;
        segmentsLeft = 0;
    }

    private void DecodeSegmentsHeader(ref ByteReader reader)
    {
        segmentsLeft = reader.U32();
        if (segmentsLeft is 0 or > EntryWriter.MaxSegmentsPerRecord)
        {
            throw new InvalidDataException($"{segmentsLeft} segments in a record");
        }
    }

    private static SegmentReference DecodeSegment(ref ByteReader reader)
    {
        var isData = reader.Flag("the segment's kind");
        if (!isData)
        {
            var zeros = reader.Count("a run of zeros");
            return zeros > 0 ? SegmentReference.Zeros(zeros) : throw new InvalidDataException("a run of no zeros");
        }

        var pack = reader.U32();
        var offset = reader.Count("a segment's offset");
        var stored = reader.U32();
        var plain = reader.U32();
        var hash = reader.Digest();
        if (plain is 0 or > SegmentRecord.MaxPlainBytes || stored is 0 || stored > plain)
        {
            throw new InvalidDataException($"a segment of {plain} bytes stored in {stored}");
        }

        return SegmentReference.Data(hash, new SegmentPlace(pack, offset, stored, plain));
    }
}
