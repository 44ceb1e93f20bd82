namespace Cairn.Repository;

/// <summary>Which segments of a chain anything names, and how many bytes of each pack that is.</summary>
internal sealed class LiveSegments(string scratchDirectory) : IDisposable
{
    private readonly RecordUses seen = new(scratchDirectory);
    private readonly Dictionary<uint, long> bytes = [];

    public long BytesIn(uint pack) => bytes.GetValueOrDefault(pack);

    public void AddManifest(RepositoryLayout.ChainLayout chain, PointId point, CancellationToken cancellationToken)
    {
        using var manifest = ManifestFile.TryOpen(chain, point);
        using var entries = manifest?.ReadEntries(Add);
        Add(entries, cancellationToken);
    }

    public void AddJournals(RepositoryLayout.ChainLayout chain, PointId point, CancellationToken cancellationToken)
    {
        foreach (var attempt in chain.ListAttempts(point))
        {
            using var journal = JournalFile.TryOpen(chain, point, attempt);
            using var entries = journal?.ReadEntries();
            Add(entries, cancellationToken);
            using var pages = journal?.TryReadTotals() is null ? null : journal.ReadPages(Add);
            Add(pages, cancellationToken);
        }
    }

    public void Dispose() => seen.Dispose();

    private void Add(EntryCursor? entries, CancellationToken cancellationToken)
    {
        while (entries is not null && entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            while (entries.NextSegment(out var segment))
            {
                Add(segment);
            }
        }
    }

    private void Add(SegmentReference record)
    {
        if (!record.IsZero && seen.Add(record.Place))
        {
            bytes[record.Place.Pack] = BytesIn(record.Place.Pack) + record.Place.RecordLength;
        }
    }
}
