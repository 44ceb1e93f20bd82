namespace Cairn.Repository;

/// <summary>
/// The journal of one attempt to copy a point, read: how the point was begun, the entries that were durable when the attempt ended, and the totals if it
/// was complete. A torn tail counts as never written.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly BlockFile file;
    private readonly long entriesAt;

    private JournalFile(BlockFile file)
    {
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

    /// <summary>Null when the file is not there, or ended before its header was durable: then it holds nothing.</summary>
    public static JournalFile? TryOpen(RepositoryLayout.ChainLayout chain, PointId point, int attempt)
    {
        BlockFile? file = null;
        try
        {
            file = BlockFile.TryOpen(chain.Journal(point, attempt), FileKind.Journal);
            return file is null ? null : new JournalFile(file);
        }
        catch (RepositoryDamagedException)
        {
            // A journal only saves work. One that a crash cut before its header proves nothing, so nothing is taken from it.
            file?.Dispose();
            return null;
        }
    }

    /// <summary>A walk of its own over what is durable.</summary>
    public EntryCursor ReadEntries() => new(BlockFile.Open(file.Path, FileKind.Journal), entriesAt, mayEndInside: true);

    /// <summary>What the copy did, when this attempt completed it; null otherwise.</summary>
    public PointTotals? TryReadTotals() => FindSummary() is { } at ? ReadTotals(at) : null;

    /// <summary>The plain bytes of the entry blocks in front of the summary.</summary>
    public IEnumerable<byte[]> ReadEntryBlocks()
    {
        for (var at = entriesAt; at < file.Length;)
        {
            var plain = file.ReadBlock(at, out var kind, out at);
            if (kind == BlockKind.Summary)
            {
                yield break;
            }

            yield return plain;
        }
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
