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
        // The record first: without it no restore sees the point, whatever else is still there.
        Remove(chain.Commit(point));
        Remove(chain.Manifest(point));
        foreach (var attempt in chain.ListAttempts(point))
        {
            Remove(chain.Journal(point, attempt));
        }

        return CollectPacks(cancellationToken);
    }

    /// <summary>
    /// Removes packs that no manifest and no journal of the chain names. When one of them cannot be read, all packs stay: a damaged point may still be
    /// worth saving.
    /// </summary>
    public DeleteReport CollectPacks(CancellationToken cancellationToken)
    {
        var points = chain.ListManifests().ToList();
        var journaled = chain.ListJournaled().ToList();
        if (points.Count == 0 && journaled.Count == 0 && !chain.ListCommits().Any())
        {
            var all = chain.ListPacks().ToList();
            all.ForEach(pack => Remove(chain.Pack(pack)));
            RemoveChain();
            return new DeleteReport(chain.Id, ChainDeleted: true, all.Count, freed, PacksKept: 0, DeadBytesKept: 0);
        }

        var live = new LiveSegments();
        try
        {
            if (chain.ListCommits().Except(points).FirstOrDefault() is { } lost && lost != default)
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

        return RemoveDeadPacks(live, journaled);
    }

    private DeleteReport RemoveDeadPacks(LiveSegments live, List<PointId> journaled)
    {
        var (removed, kept, dead) = (0, 0, 0L);
        foreach (var pack in chain.ListPacks())
        {
            if (live.BytesIn(pack) == 0 && !BelongsTo(pack, journaled))
            {
                Remove(chain.Pack(pack));
                removed++;
                continue;
            }

            kept++;
            dead += Math.Max(0, (UnixStat.TryRead(chain.Pack(pack))?.Attributes.Size ?? 0) - live.BytesIn(pack));
        }

        return new DeleteReport(chain.Id, ChainDeleted: false, removed, freed, kept, dead);
    }

    // A copy that is not complete may have a pack whose first checkpoint is still to come.
    private bool BelongsTo(uint pack, List<PointId> journaled) =>
        PackHeader.TryRead(chain, pack) is { } header && journaled.Contains(header.Point);

    private void Remove(string path)
    {
        freed += UnixStat.TryRead(path)?.Attributes.Size ?? 0;
        DurableFile.Delete(path);
    }

    private void RemoveChain()
    {
        try
        {
            Directory.Delete(chain.Root, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw LastError.Translate(e, chain.Root, "remove");
        }

        DurableFile.SyncDirectory(chain.Repository.Chains);
    }
}
