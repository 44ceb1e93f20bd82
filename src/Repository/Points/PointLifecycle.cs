using System.Text;

namespace Cairn.Repository;

/// <summary>
/// The moves of a node's points: begun → prepared → committed → deleted, and from any before committed to aborted. A point that was aborted or deleted has a
/// tombstone and never comes back. The caller runs one at a time.
/// </summary>
internal sealed class PointLifecycle(RepositoryLayout layout, RepositoryOptions options, PointCatalog points) : IAsyncDisposable
{
    private PointWriter? activeWriter;

    /// <summary>The chain into which a point is being written.</summary>
    public ChainId? Busy => activeWriter?.Spec.Chain;

    /// <summary>At opening for writing: removes temporary files, and what a deletion or an abort that was cut left behind.</summary>
    public void FinishInterrupted(CancellationToken cancellationToken)
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

    /// <summary>Begins a point, or takes up its interrupted copy.</summary>
    public PointWriter Begin(BeginPoint spec)
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

        DurableFile.EnsureDirectory(chain.Root);
        DurableFile.EnsureDirectories(chain.Root, [chain.Packs, chain.Manifests, chain.Commits, chain.Journals]);
        layout.Keyring?.EnsureChainKey(chain);
        RecoveryKit.Ensure(chain);
        return activeWriter = new PointWriter(this, options, chain, spec, FindCopied(chain, spec));
    }

    /// <summary>Makes a prepared point exist.</summary>
    public void Commit(PointId point, CommitRecord record, CancellationToken cancellationToken)
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

    /// <summary>Gives a point up, for good.</summary>
    public void Abort(PointId point, CancellationToken cancellationToken)
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

    /// <summary>Deletes a committed point, for good.</summary>
    public DeleteReport Delete(PointId point, CancellationToken cancellationToken)
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

    /// <summary>The writer is done: another point may be begun.</summary>
    public void Release(PointWriter writer) => Interlocked.CompareExchange(ref activeWriter, null, writer);

    /// <summary>Stops what is being written.</summary>
    public async ValueTask DisposeAsync()
    {
        if (activeWriter is { } writer)
        {
            await writer.DisposeAsync();
        }
    }

    private void Bury(PointId point, TombstoneReason reason)
    {
        if (!points.IsBuried(point))
        {
            new Tombstone(point, reason, options.Time.GetUtcNow()).Publish(layout);
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
}
