namespace Cairn.Repository;

/// <summary>
/// The journal of one attempt to copy a point, read: how the point was begun, the entries that were read and durable when the attempt ended, and, if it was
/// complete, the page table of the manifest to be and the totals. A torn tail counts as never written.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly RepositoryLayout.ChainLayout chain;
    private readonly int attempt;
    private readonly BlockFile file;
    private readonly long entriesAt;

    private JournalFile(RepositoryLayout.ChainLayout chain, int attempt, BlockFile file)
    {
        this.chain = chain;
        this.attempt = attempt;
        this.file = file;
        try
        {
            Begun = PointHeaderFormat.Decode(file.ReadBlock(FilePreamble.Size, BlockKind.PointHeader, out entriesAt));
        }
        catch (InvalidDataException e)
        {
            throw new RepositoryDamagedException(file.Path, e.Message, e);
        }
    }

    public BeginPoint Begun { get; }

    /// <summary>Whose the blocks of a journal are.</summary>
    public static BlockOwner Owner(PointId point, int attempt) =>
        new(FileKind.Journal, $"{point.Text}.{attempt.ToString("d4", System.Globalization.CultureInfo.InvariantCulture)}");

    /// <summary>Null when the file is not there, or ended before its header was durable: then it holds nothing.</summary>
    public static JournalFile? TryOpen(RepositoryLayout.ChainLayout chain, PointId point, int attempt)
    {
        BlockFile? file = null;
        try
        {
            file = BlockFile.TryOpen(chain.Journal(point, attempt), Owner(point, attempt), chain.Sealing);
            return file is null ? null : new JournalFile(chain, attempt, file);
        }
        catch (RepositoryDamagedException)
        {
            // A journal only saves work. One that a crash cut before its header proves nothing, so nothing is taken from it.
            file?.Dispose();
            return null;
        }
    }

    /// <summary>A walk of its own over what is durable.</summary>
    public EntryCursor ReadEntries() => new(new JournalBlocks(BlockFile.Open(file.Path, Owner(Begun.Point, attempt), chain.Sealing), entriesAt));

    /// <summary>What the copy did, when this attempt completed it; null otherwise.</summary>
    public PointTotals? TryReadTotals() => FindSummary() is { } at ? ReadTotals(at) : null;

    /// <summary>Of a complete copy: what the manifest takes over, in order.</summary>
    public IEnumerable<(BlockKind Kind, byte[] Plain)> ReadManifestBlocks()
    {
        for (var at = entriesAt; at < file.Length;)
        {
            var header = BlockCodec.DecodeHeader(file.Read(at, BlockCodec.HeaderSize));
            if (header.Kind is BlockKind.PageTable or BlockKind.SourceNotes or BlockKind.NewSegments)
            {
                yield return (header.Kind, file.ReadBlock(at, header.Kind, out _));
            }

            at += header.TotalLength;
        }
    }

    /// <summary>Of a complete copy: a walk over the entries of the manifest to be.</summary>
    public EntryCursor ReadPages(Action<SegmentReference>? onRecord)
    {
        var table = new List<PageReference>();
        foreach (var (_, plain) in ReadManifestBlocks().Where(b => b.Kind == BlockKind.PageTable))
        {
            PageTableFormat.Decode(plain, table);
        }

        return new EntryCursor(new ManifestPages(chain, Begun.Point, table, onRecord));
    }

    public void Dispose() => file.Dispose();

    // Reads block headers only, so that it costs little for a long journal.
    private long? FindSummary()
    {
        try
        {
            for (var at = entriesAt; at < file.Length;)
            {
                var header = BlockCodec.DecodeHeader(file.Read(at, BlockCodec.HeaderSize));
                if (header.Kind == BlockKind.Summary)
                {
                    return at;
                }

                at += header.TotalLength;
            }
        }
        catch (InvalidDataException)
        {
            // A torn tail: the copy was not complete.
        }

        return null;
    }

    private PointTotals? ReadTotals(long at)
    {
        try
        {
            return PointTotals.Decode(Begun.Point, file.ReadBlock(at, BlockKind.Summary, out _));
        }
        catch (Exception e) when (e is InvalidDataException or RepositoryDamagedException)
        {
            // The summary itself is the torn tail.
            return null;
        }
    }
}
