namespace Cairn.Repository;

/// <summary>
/// Removes what a point left, once its tombstone is durable: record, manifest, journals, then the packs that nothing names. May be cut at any step
/// and repeated.
/// </summary>
internal sealed class PointSweeper(RepositoryLayout.ChainLayout chain)
{
    /// <summary>Bytes of files removed.</summary>
    private long freed;

    public static bool HasLeftovers(RepositoryLayout.ChainLayout chain, PointId point) =>
        File.Exists(chain.Commit(point)) || File.Exists(chain.Manifest(point)) || chain.ListAttempts(point).Count > 0;

    public DeleteReport Sweep(PointId point, CancellationToken cancellationToken)
    {
        // The record first: without it no restore sees the point, whatever else is still there. Manifest and journals last: as long as one of them is
        // there, a sweep that was cut is found and done again.
        Remove(chain.Commit(point));
        if (IsOnly(point))
        {
            return RemoveChain();
        }

        var report = CollectPacks(except: point, remove: true, cancellationToken);
        Remove(chain.Manifest(point));
        foreach (var attempt in chain.ListAttempts(point))
        {
            Remove(chain.Journal(point, attempt));
        }

        return report with { BytesFreed = freed };
    }

    /// <summary>What <see cref="Sweep"/> would do, changing nothing.</summary>
    public DeleteReport Plan(PointId point, CancellationToken cancellationToken)
    {
        freed = SizeOf(chain.Commit(point)) + SizeOf(chain.Manifest(point)) + chain.ListAttempts(point).Sum(attempt => SizeOf(chain.Journal(point, attempt)));
        if (IsOnly(point))
        {
            var packs = chain.ListPacks().ToList();
            return new DeleteReport(
                chain.Id, ChainDeleted: true, packs.Count, freed + packs.Sum(pack => SizeOf(chain.Pack(pack))), PacksKept: 0, DeadBytesKept: 0);
        }

        return CollectPacks(except: point, remove: false, cancellationToken);
    }

    /// <summary>
    /// At opening for writing: removes a chain that holds nothing (its making or its removal was cut), and journals whose manifest is durable.
    /// </summary>
    public void FinishInterrupted()
    {
        if (!Directory.Exists(chain.Root))
        {
            return;
        }

        if (IsEmpty())
        {
            RemoveChain();
            return;
        }

        foreach (var point in chain.ListManifests().Intersect(chain.ListJournaled()).ToList())
        {
            foreach (var attempt in chain.ListAttempts(point))
            {
                Remove(chain.Journal(point, attempt));
            }
        }
    }

    /// <summary>
    /// Removes packs that no manifest and no journal of the chain names, those of <paramref name="except"/> not counted. When one of them cannot be read, all packs
    /// stay: a damaged point may still be worth saving.
    /// </summary>
    private DeleteReport CollectPacks(PointId except, bool remove, CancellationToken cancellationToken)
    {
        var points = chain.ListManifests().Where(p => p != except).ToList();
        var journaled = chain.ListJournaled().Where(p => p != except).ToList();
        using var live = new LiveSegments(chain.Scratch);
        try
        {
            if (chain.ListCommits().Where(p => p != except).Except(points).FirstOrDefault() is { } lost && lost != default)
            {
                throw new RepositoryDamagedException(chain.Manifest(lost), "is missing, though the point is committed");
            }

            points.ForEach(point => live.AddManifest(chain, point, cancellationToken));
            journaled.ForEach(point => live.AddJournals(chain, point, cancellationToken));
        }
        catch (RepositoryDamagedException)
        {
            // Reported by list and verify, which name the file; here it forbids to judge which packs are dead.
            return new DeleteReport(chain.Id, ChainDeleted: false, PacksDeleted: 0, freed, chain.ListPacks().Count(), DeadBytesKept: 0);
        }

        return RemoveDeadPacks(live, journaled, remove);
    }

    private bool IsOnly(PointId point) =>
        chain.ListManifests().Concat(chain.ListCommits()).Concat(chain.ListJournaled()).All(other => other == point);

    // Packs that nothing names stay: what is lost may have been taken by something else than us.
    private bool IsEmpty() =>
        !chain.ListManifests().Any() && !chain.ListCommits().Any() && !chain.ListJournaled().Any() && !chain.ListPacks().Any();

    private DeleteReport RemoveChain()
    {
        var packs = chain.ListPacks().ToList();
        packs.ForEach(pack => Remove(chain.Pack(pack)));
        freed += chain.ListManifests().Sum(point => SizeOf(chain.Manifest(point)));
        DurableFile.DeleteTree(chain.Root);
        return new DeleteReport(chain.Id, ChainDeleted: true, packs.Count, freed, PacksKept: 0, DeadBytesKept: 0);
    }

    private DeleteReport RemoveDeadPacks(LiveSegments live, List<PointId> journaled, bool remove)
    {
        var (removed, kept, dead) = (0, 0, 0L);
        foreach (var pack in chain.ListPacks())
        {
            if (live.BytesIn(pack) == 0 && !BelongsTo(pack, journaled))
            {
                freed += remove ? 0 : SizeOf(chain.Pack(pack));
                if (remove)
                {
                    Remove(chain.Pack(pack));
                }

                removed++;
                continue;
            }

            kept++;
            dead += Math.Max(0, SizeOf(chain.Pack(pack)) - live.BytesIn(pack));
        }

        return new DeleteReport(chain.Id, ChainDeleted: false, removed, freed, kept, dead);
    }

    // A copy that is not complete may have a pack whose first checkpoint is still to come.
    private bool BelongsTo(uint pack, List<PointId> journaled) =>
        PackHeader.TryRead(chain, pack) is { } header && journaled.Contains(header.Point);

    private void Remove(string path)
    {
        freed += SizeOf(path);
        DurableFile.Delete(path);
    }

    private static long SizeOf(string path) => UnixStat.TryRead(path)?.Attributes.Size ?? 0;
}
