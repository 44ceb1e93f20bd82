using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Cairn.Repository;

/// <summary>The repository in a directory. What changes it runs one at a time under a gate; reading needs none, since everything is published whole.</summary>
internal sealed class LocalNodeRepository : INodeRepository
{
    private readonly RepositoryLayout layout;
    private readonly WriterLock? writerLock;
    private readonly SemaphoreSlim gate = new(1, 1);
    private readonly PointCatalog points;
    private PointWriter? activeWriter;

    public LocalNodeRepository(RepositoryLayout layout, RepositoryMarker marker, RepositoryOptions options, WriterLock? writerLock) =>
        (this.layout, Id, Options, this.writerLock, points) = (layout, marker.Id, options, writerLock, new PointCatalog(layout));

    public RepositoryId Id { get; }

    public string Path => layout.Root;

    public RepositoryOptions Options { get; }

    public RepositoryKeyring? Keys => layout.Keyring;

    internal RepositoryLayout Layout => layout;

    public Task<IReadOnlyList<PointSummary>> ListPointsAsync(CancellationToken cancellationToken) =>
        Task.Run(() => points.ListPoints(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<UncommittedPoint>> ListUncommittedAsync(CancellationToken cancellationToken) =>
        Task.Run(() => points.ListUncommitted(cancellationToken), cancellationToken);

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
        var (opened, entries) = await Task.Run(
            () =>
            {
                var opened = points.OpenAny(point, cancellationToken);
                return (opened, opened.Manifest.ReadEntries());
            },
            cancellationToken);
        using (opened)
        using (entries)
        {
            using var duplicates = new DuplicateCheck(opened.Chain.Scratch);
            while (entries.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                opened.Manifest.RequireOnce(duplicates.Pass(entries.Entry.Path), entries.Entry.Path);
                yield return entries.Entry;
            }

            opened.Manifest.RequireOnce(duplicates.AllPassedOnce(), "(one of many)");
        }
    }

    public async IAsyncEnumerable<HashedEntry> ReadHashedEntriesAsync(
        PointId point, Func<string, bool> wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (opened, entries) = await Task.Run(
            () =>
            {
                var opened = points.OpenAny(point, cancellationToken);
                return (opened, opened.Manifest.ReadEntries());
            },
            cancellationToken);
        using (opened)
        using (entries)
        using (var hasher = new ContentHasher(opened.Chain))
        {
            using var duplicates = new DuplicateCheck(opened.Chain.Scratch);
            while (entries.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entry = entries.Entry;
                opened.Manifest.RequireOnce(duplicates.Pass(entry.Path), entry.Path);
                if (wanted(entry.Path))
                {
                    yield return new HashedEntry(entry, hasher.Hash(entries, cancellationToken));
                }
            }

            opened.Manifest.RequireOnce(duplicates.AllPassedOnce(), "(one of many)");
        }
    }

    public Task<PointWriter> BeginPointAsync(BeginPoint spec, CancellationToken cancellationToken) =>
        ChangeAsync(() => Begin(spec), cancellationToken);

    public Task CommitAsync(PointId point, CommitRecord record, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                Commit(point, record, cancellationToken);
                return true;
            },
            cancellationToken);

    public Task AbortAsync(PointId point, CancellationToken cancellationToken) =>
        ChangeAsync(
            () =>
            {
                Abort(point, cancellationToken);
                return true;
            },
            cancellationToken);

    public Task<DeleteReport> DeletePointAsync(PointId point, CancellationToken cancellationToken) =>
        ChangeAsync(() => Delete(point, cancellationToken), cancellationToken);

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
            return report with { Shrunk = Shrinkage.Find(await ListPointsAsync(cancellationToken), point, options.MaxShrinkage) };
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
            ? ChangeAsync(() => sweeper.Run(activeWriter?.Spec.Chain, cancellationToken), cancellationToken)
            : Task.Run(() => sweeper.Run(activeWriter?.Spec.Chain, cancellationToken), cancellationToken);
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
        if (activeWriter is { } writer)
        {
            await writer.DisposeAsync();
        }

        layout.Keyring?.Dispose();
        writerLock?.Dispose();
        gate.Dispose();
    }

    internal void Release(PointWriter writer) => Interlocked.CompareExchange(ref activeWriter, null, writer);

    /// <summary>At opening for writing: removes temporary files, and what a deletion or an abort that was cut left behind.</summary>
    internal void FinishInterrupted(CancellationToken cancellationToken)
    {
        foreach (var directory in layout.ListChains().SelectMany(c => (string[])[c.Root, c.Packs, c.Manifests, c.Commits, c.Journals]).Append(layout.Tombstones))
        {
            if (Directory.Exists(directory))
            {
                foreach (var leftover in Directory.EnumerateFiles(directory, "*" + DurableFile.TemporarySuffix))
                {
                    DurableFile.RemoveIfThere(leftover);
                }
            }
        }

        var buried = layout.ListTombstones().ToList();
        foreach (var chain in layout.ListChains().ToList())
        {
            foreach (var point in buried.Where(point => PointSweeper.HasLeftovers(chain, point)))
            {
                new PointSweeper(chain).Sweep(point, cancellationToken);
            }

            new PointSweeper(chain).FinishInterrupted();
        }
    }

    private PointWriter Begin(BeginPoint spec)
    {
        RefuseBuried(spec.Point);
        if (activeWriter is { } writing)
        {
            throw new PointStateException(spec.Point, $"point {writing.Spec.Point} is being written", "wait for that backup, or stop it");
        }

        if (FindSpecFault(spec) is { } fault)
        {
            throw new ArgumentException(fault, nameof(spec));
        }

        var chain = layout.Chain(spec.Chain);
        if (points.FindChain(spec.Point) is { } other && other.Id != spec.Chain)
        {
            throw new PointStateException(spec.Point, $"it was begun in chain {other.Id}", "begin it as before, or abort it");
        }

        if (File.Exists(chain.Commit(spec.Point)))
        {
            throw new PointStateException(spec.Point, "it is committed, and a committed point never changes", "begin a point with another id");
        }

        foreach (var directory in (string[])[chain.Root, chain.Packs, chain.Manifests, chain.Commits, chain.Journals])
        {
            DurableFile.EnsureDirectory(directory);
        }

        layout.Keyring?.EnsureChainKey(chain);
        RecoveryKit.Ensure(chain);
        return activeWriter = new PointWriter(this, chain, spec, FindCopied(chain, spec));
    }

    private static PreparedPoint? FindCopied(RepositoryLayout.ChainLayout chain, BeginPoint spec)
    {
        using var manifest = ManifestFile.TryOpen(chain, spec.Point);
        if (manifest is not null)
        {
            RefuseOther(manifest.Begun, spec);
            return manifest.Totals.Copied;
        }

        PreparedPoint? copied = null;
        foreach (var attempt in chain.ListAttempts(spec.Point))
        {
            using var journal = JournalFile.TryOpen(chain, spec.Point, attempt);
            if (journal is not null)
            {
                RefuseOther(journal.Begun, spec);
                copied = journal.TryReadTotals()?.Copied;
            }
        }

        return copied;
    }

    private static void RefuseOther(BeginPoint before, BeginPoint now)
    {
        if (before != now)
        {
            throw new PointStateException(now.Point, $"it was begun differently: {before}", "begin it as before, or abort it");
        }
    }

    private static string? FindSpecFault(BeginPoint spec)
    {
        if (((string[])[spec.Node, spec.Cluster, spec.Engine, spec.Job]).Any(n => n.Length == 0 || Encoding.UTF8.GetByteCount(n) > PointHeaderFormat.MaxNameBytes))
        {
            return $"a name (node, cluster, engine, job) has not 1 to {PointHeaderFormat.MaxNameBytes} bytes";
        }

        return !Enum.IsDefined(spec.Compression) ? $"compression {(int)spec.Compression} is unknown"
            : spec.BasePoint == spec.Point || spec.Point.Text.Length == 0 || spec.Chain.Text.Length == 0 ? "a point cannot be its own base"
            : null;
    }

    private void Commit(PointId point, CommitRecord record, CancellationToken cancellationToken)
    {
        RefuseBuried(point);
        var bytes = record.Serialize();
        using var manifest = points.FindChain(point) is { } chain ? ManifestFile.TryOpen(chain, point) : null;
        if (manifest is null)
        {
            throw new PointStateException(point, "nothing is prepared on this node", "prepare the point first");
        }

        chain = layout.Chain(manifest.Begun.Chain);
        if (record.Point != point || record.Chain != chain.Id)
        {
            throw new PointStateException(point, $"the record is of point {record.Point} in chain {record.Chain}", "commit with the record of this point");
        }

        var hash = manifest.ComputeHash(cancellationToken);
        var named = record.Nodes.FirstOrDefault(n => n.Node == manifest.Begun.Node);
        if (named is null || named.ManifestHash != hash || named.Files != manifest.Totals.Copied.Files || named.Bytes != manifest.Totals.Copied.Bytes)
        {
            throw new PointStateException(
                point,
                $"the record names manifest {named?.ManifestHash.ToString() ?? "(none)"} for node {manifest.Begun.Node}, prepared is {hash}",
                "prepare and commit again with what this node answered");
        }

        if (UnixStat.TryRead(chain.Commit(point)) is null)
        {
            CommitFile.Publish(chain, point, bytes);
        }
        else if (!CommitFile.Read(chain, point).AsSpan().SequenceEqual(bytes))
        {
            throw new PointStateException(point, "another record is there already", "a committed point never changes");
        }
    }

    private void Abort(PointId point, CancellationToken cancellationToken)
    {
        if (activeWriter?.Spec.Point == point)
        {
            throw new PointStateException(point, "it is being written", "stop the copy, then abort");
        }

        var chain = points.FindChain(point);
        if (chain is not null && File.Exists(chain.Commit(point)) && !points.IsBuried(point))
        {
            throw new PointStateException(point, "it is committed", "delete it instead");
        }

        Bury(point, TombstoneReason.Aborted);
        if (chain is not null)
        {
            new PointSweeper(chain).Sweep(point, cancellationToken);
        }
    }

    private DeleteReport Delete(PointId point, CancellationToken cancellationToken)
    {
        var chain = points.FindChain(point);
        if (chain is not null && activeWriter?.Spec.Chain == chain.Id)
        {
            throw new PointStateException(point, $"point {activeWriter.Spec.Point} is being copied into its chain", "wait for that backup, or stop it");
        }

        if (chain is not null && !File.Exists(chain.Commit(point)) && !points.IsBuried(point))
        {
            throw new PointStateException(point, "it is not committed", "abort it instead");
        }

        Bury(point, TombstoneReason.Deleted);
        return chain is null
            ? new DeleteReport(Chain: null, ChainDeleted: false, PacksDeleted: 0, BytesFreed: 0, PacksKept: 0, DeadBytesKept: 0)
            : new PointSweeper(chain).Sweep(point, cancellationToken);
    }

    private void Bury(PointId point, TombstoneReason reason)
    {
        if (!points.IsBuried(point))
        {
            new Tombstone(point, reason, Options.Time.GetUtcNow()).Publish(layout);
        }
    }

    private void RefuseBuried(PointId point)
    {
        if (points.IsBuried(point))
        {
            var reason = Tombstone.TryRead(layout, point)?.Reason == TombstoneReason.Aborted ? "aborted" : "deleted";
            throw new PointStateException(point, $"it was {reason} on this node", "begin a point with another id");
        }
    }

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
