using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>The repository in a directory. What changes it runs one at a time under a gate; reading needs none, since everything is published whole.</summary>
internal sealed class LocalNodeRepository : INodeRepository
{
    private readonly RepositoryLayout layout;
    private readonly WriterLock? writerLock;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly PointCatalog points;
    private readonly PointLifecycle lifecycle;

    public LocalNodeRepository(RepositoryLayout layout, RepositoryMarker marker, RepositoryOptions options, WriterLock? writerLock) =>
        (this.layout, Id, Options, this.writerLock, points, lifecycle) =
            (layout, marker.Id, options, writerLock, new PointCatalog(layout), new PointLifecycle(layout, options, new PointCatalog(layout)));

    public RepositoryId Id { get; }

    public string Path => layout.Root;

    public RepositoryOptions Options { get; }

    public RepositoryKeyring? Keys => layout.Keyring;

    internal RepositoryLayout Layout => layout;

    public Task<IReadOnlyList<PointSummary>> ListPointsAsync(CancellationToken cancellationToken) =>
        Task.Run(() => points.ListPoints(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<UncommittedPoint>> ListUncommittedAsync(CancellationToken cancellationToken) =>
        Task.Run(() => points.ListUncommitted(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<DeletedPoint>> ListDeletedAsync(CancellationToken cancellationToken) => Task.Run<IReadOnlyList<DeletedPoint>>(
        () =>
        [
            .. layout.ListTombstones()
                .Select(point => Tombstone.TryRead(layout, point))
                .OfType<Tombstone>()
                .Where(tombstone => tombstone.Reason == TombstoneReason.Deleted)
                .Select(tombstone => new DeletedPoint(tombstone.Point, tombstone.Time))
                .OrderBy(deleted => deleted.Point.Text, StringComparer.Ordinal),
        ],
        cancellationToken);

    public Task<PreparedManifest?> FindPreparedAsync(PointId point, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var manifest = points.FindChain(point) is { } chain ? ManifestFile.TryOpen(chain, point) : null;
                return manifest?.Describe(manifest.ComputeHash(cancellationToken));
            },
            cancellationToken);

    public Task<PointDetail> ReadPointAsync(PointId point, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var opened = points.OpenCommitted(point, cancellationToken);
                return new PointDetail
                {
                    Record = opened.Record!,
                    RecordBytes = opened.RecordBytes,
                    RecordHash = new Sha256Digest(SHA256.HashData(opened.RecordBytes.Span)),
                    Begun = opened.Manifest.Begun,
                    Manifest = opened.Manifest.Describe(opened.ManifestHash),
                    Properties = opened.Manifest.Properties,
                };
            },
            cancellationToken);

    public async IAsyncEnumerable<ManifestEntry> ReadEntriesAsync(
        PointId point, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var walk = await Task.Run(() => new PointWalk(points.OpenAny(point, cancellationToken)), cancellationToken);
        while (walk.MoveNext(cancellationToken))
        {
            yield return walk.Entries.Entry;
        }
    }

    public async IAsyncEnumerable<HashedEntry> ReadHashedEntriesAsync(
        PointId point, Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var walk = await Task.Run(() => new PointWalk(points.OpenAny(point, cancellationToken)), cancellationToken);
        using var hasher = new ContentHasher(walk.Chain);
        while (walk.MoveNext(cancellationToken))
        {
            if (wanted(walk.Entries.Entry.Path))
            {
                yield return new HashedEntry(walk.Entries.Entry, hasher.Hash(walk.Entries, cancellationToken));
            }
        }
    }

    public Task<PointWriter> BeginPointAsync(BeginPoint spec, CancellationToken cancellationToken) =>
        ChangeAsync(() => lifecycle.Begin(spec), cancellationToken);

    public Task CommitAsync(PointId point, CommitRecord record, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                lifecycle.Commit(point, record, cancellationToken);
                return true;
            },
            cancellationToken);

    public Task AbortAsync(PointId point, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                lifecycle.Abort(point, cancellationToken);
                return true;
            },
            cancellationToken);

    public Task<DeleteReport> DeletePointAsync(PointId point, CancellationToken cancellationToken) =>
        ChangeAsync(() => lifecycle.Delete(point, cancellationToken), cancellationToken);

    public async Task<VerifyReport> VerifyAsync(
        PointId point, VerifyOptions options, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(options.Level) || options.MaxShrinkage is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"verify at level {(int)options.Level}, shrinkage {options.MaxShrinkage}", nameof(options));
        }

        OpenedPoint opened;
        try
        {
            opened = await Task.Run(() => points.OpenAny(point, cancellationToken), cancellationToken);
        }
        catch (RepositoryDamagedException e)
        {
            var damages = new DamageList();
            damages.Add(new Damage(point, layout.Relative(e.Subject), null, null, null, e.Message));
            return damages.Report(point, options.Level, files: 0, bytes: 0, segments: 0);
        }

        using (opened)
        {
            var report = await new PointVerifier(opened.Chain, opened.Manifest, Options, progress).RunAsync(options, cancellationToken);
            return report with { Shrunk = Shrinkage.Find(await ListPointsAsync(cancellationToken), point, options) };
        }
    }

    public async Task<RestoreReport> RestoreAsync(
        PointId point, RestoreRequest request, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        using var opened = await Task.Run(() => points.OpenCommitted(point, cancellationToken), cancellationToken);
        return await new PointRestorer(opened.Chain, opened.Manifest, request, Options, progress).RunAsync(cancellationToken);
    }

    public Task<DeleteReport> PlanDeletionAsync(PointId point, CancellationToken cancellationToken) =>
        Task.Run(
            () => points.FindChain(point) is { } chain && !points.IsBuried(point)
                ? new PointSweeper(chain).Plan(point, cancellationToken)
                : throw new PointNotFoundException(point, layout.Root),
            cancellationToken);

    public Task<SweepReport> SweepAsync(TimeSpan grace, bool remove, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grace, TimeSpan.Zero);
        var sweeper = new LeftoverSweeper(layout, Options.Time.GetUtcNow() - grace, remove);
        return remove
            ? ChangeAsync(() => sweeper.Run(lifecycle.Busy, cancellationToken), cancellationToken)
            : Task.Run(() => sweeper.Run(lifecycle.Busy, cancellationToken), cancellationToken);
    }

    public async IAsyncEnumerable<PointDifference> CompareAsync(
        PointId earlier, PointId later, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var before = await Task.Run(() => points.OpenCommitted(earlier, cancellationToken), cancellationToken);
        using var now = await Task.Run(() => points.OpenCommitted(later, cancellationToken), cancellationToken);
        await foreach (var difference in new PointComparer(before, now).CompareAsync(cancellationToken))
        {
            yield return difference;
        }
    }

    public async Task<RestoreReport> ExportPlainAsync(
        PointId point, string directory, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        using var opened = await Task.Run(() => points.OpenCommitted(point, cancellationToken), cancellationToken);
        return await PlainExport.RunAsync(opened, directory, Options, progress, cancellationToken);
    }

    public async Task<ExportReport> ExportTarAsync(PointId point, ExportRequest request, Stream destination, CancellationToken cancellationToken)
    {
        using var opened = await Task.Run(() => points.OpenCommitted(point, cancellationToken), cancellationToken);
        return await TarExport.RunAsync(opened, request, destination, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await lifecycle.DisposeAsync();
        layout.Keyring?.Dispose();
        writerLock?.Dispose();
        gate.Dispose();
    }

    /// <summary>At opening for writing: finishes what a crash has cut.</summary>
    internal void FinishInterrupted(CancellationToken cancellationToken) => lifecycle.FinishInterrupted(cancellationToken);

    private async Task<T> ChangeAsync<T>(Func<T> change, CancellationToken cancellationToken)
    {
        if (writerLock is null)
        {
            throw new RepositoryReadOnlyException(layout.Root);
        }

        await gate.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(change, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }
}
