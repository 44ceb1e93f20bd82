using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>Finds points by looking at what is on disk, and reads them. It holds no state, so that it cannot be out of date.</summary>
internal sealed class PointCatalog(RepositoryLayout layout)
{
    /// <summary>The chain's committed points, oldest first; deleted ones are not, whatever a crash left of them.</summary>
    public IReadOnlyList<PointId> ListCommitted(RepositoryLayout.ChainLayout chain) =>
        chain.ListCommits().Where(point => !IsBuried(point)).ToList();

    public IReadOnlyList<PointSummary> ListPoints(CancellationToken cancellationToken) =>
        layout.ListChains()
            .SelectMany(chain => ListCommitted(chain).Select(point => (chain, point)))
            .OrderBy(p => p.point)
            .Select(p => Summarize(p.chain, p.point, cancellationToken))
            .ToList();

    public IReadOnlyList<UncommittedPoint> ListUncommitted(CancellationToken cancellationToken) =>
        layout.ListChains()
            .SelectMany(chain => chain.ListManifests().Union(chain.ListJournaled())
                .Where(point => !File.Exists(chain.Commit(point)) && !IsBuried(point))
                .Select(point => DescribeUncommitted(chain, point, cancellationToken)))
            .OfType<UncommittedPoint>()
            .OrderBy(p => p.Begun.Point)
            .ToList();

    /// <summary>The chain in which the point has left anything.</summary>
    public RepositoryLayout.ChainLayout? FindChain(PointId point) =>
        layout.ListChains().FirstOrDefault(chain => PointSweeper.HasLeftovers(chain, point));

    /// <summary>Deleted or aborted on this node.</summary>
    public bool IsBuried(PointId point) => File.Exists(layout.Tombstone(point));

    public OpenedPoint OpenCommitted(PointId point, CancellationToken cancellationToken)
    {
        var chain = FindChain(point);
        return chain is not null && File.Exists(chain.Commit(point)) && !IsBuried(point)
            ? OpenedPoint.Open(chain, point, CommitFile.Read(chain, point), cancellationToken)
            : throw new PointNotFoundException(point, layout.Root);
    }

    public OpenedPoint OpenAny(PointId point, CancellationToken cancellationToken)
    {
        var chain = FindChain(point);
        if (chain is null || IsBuried(point) || (!File.Exists(chain.Commit(point)) && !File.Exists(chain.Manifest(point))))
        {
            throw new PointNotFoundException(point, layout.Root);
        }

        return OpenedPoint.Open(
            chain, point, File.Exists(chain.Commit(point)) ? CommitFile.Read(chain, point) : default(ReadOnlyMemory<byte>?), cancellationToken);
    }

    private static PointSummary Summarize(RepositoryLayout.ChainLayout chain, PointId point, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var summary = new PointSummary { Point = point, Chain = chain.Id };
        try
        {
            var bytes = CommitFile.Read(chain, point);
            var record = CommitRecordFormat.Parse(bytes, chain.Commit(point));
            summary = summary with { Record = record, RecordHash = new Sha256Digest(SHA256.HashData(bytes)) };
            using var manifest = ManifestFile.TryOpen(chain, point) ?? throw new RepositoryDamagedException(chain.Manifest(point), "is missing");
            return summary with { Manifest = manifest.Describe(OpenedPoint.FindNamed(record, manifest, chain).ManifestHash) };
        }
        catch (Exception e) when (e is RepositoryDamagedException or UnsupportedFormatException)
        {
            return summary with { Damage = e.Message };
        }
    }

    private static UncommittedPoint? DescribeUncommitted(
        RepositoryLayout.ChainLayout chain, PointId point, CancellationToken cancellationToken)
    {
        using var manifest = ManifestFile.TryOpen(chain, point);
        if (manifest is not null)
        {
            var prepared = manifest.Describe(manifest.ComputeHash(cancellationToken));
            return new UncommittedPoint { Begun = manifest.Begun, Copied = manifest.Totals.Copied, Prepared = prepared };
        }

        UncommittedPoint? found = null;
        foreach (var attempt in chain.ListAttempts(point))
        {
            using var journal = JournalFile.TryOpen(chain, point, attempt);
            found = journal is null ? found : new UncommittedPoint { Begun = journal.Begun, Copied = journal.TryReadTotals()?.Copied };
        }

        return found;
    }
}
