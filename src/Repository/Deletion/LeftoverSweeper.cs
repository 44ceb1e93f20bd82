namespace Cairn.Repository;

/// <summary>
/// Finds files that nothing uses and removes those older than a grace time: temporary files, packs that no manifest and no journal names, journals
/// that a durable manifest replaced. A chain of which anything cannot be read is left alone.
/// </summary>
internal sealed class LeftoverSweeper(RepositoryLayout layout, DateTimeOffset keepSince, bool remove)
{
    private readonly List<string> listed = [];
    private readonly List<string> skipped = [];
    private int files;
    private int young;
    private long bytes;

    /// <param name="busy">The chain into which a point is copied now; it is not looked at.</param>
    /// <param name="cancellationToken">Stops it between two files.</param>
    public SweepReport Run(ChainId? busy, CancellationToken cancellationToken)
    {
        SweepTemporary(layout.Root);
        SweepTemporary(layout.Tombstones);
        SweepScratch();
        foreach (var chain in layout.ListChains().ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (chain.Id == busy)
            {
                skipped.Add($"{chain.Id}: a point is being copied into it");
                continue;
            }

            try
            {
                SweepChain(chain, cancellationToken);
            }
            catch (Exception e) when (e is RepositoryDamagedException or UnsupportedFormatException)
            {
                skipped.Add($"{chain.Id}: {e.Message}");
            }
        }

        return new SweepReport { Files = files, Bytes = bytes, Listed = listed, Young = young, Skipped = skipped };
    }

    private void SweepChain(RepositoryLayout.ChainLayout chain, CancellationToken cancellationToken)
    {
        // All that is alive is known before the first file goes.
        using var live = new LiveSegments(chain.Scratch);
        var manifests = chain.ListManifests().ToList();
        if (chain.ListCommits().Except(manifests).Select(chain.Manifest).FirstOrDefault() is { } lost)
        {
            throw new RepositoryDamagedException(lost, "is missing, though the point is committed");
        }

        manifests.ForEach(point => live.AddManifest(chain, point, cancellationToken));
        var copying = chain.ListJournaled().Except(manifests).ToHashSet();
        foreach (var point in copying)
        {
            live.AddJournals(chain, point, cancellationToken);
        }

        foreach (var directory in (string[])[chain.Root, chain.Packs, chain.Manifests, chain.Commits, chain.Journals])
        {
            SweepTemporary(directory);
        }

        foreach (var journal in chain.ListJournaled().Intersect(manifests).SelectMany(p => chain.ListAttempts(p).Select(a => chain.Journal(p, a))).ToList())
        {
            Take(journal);
        }

        foreach (var pack in chain.ListPacks().Where(pack => live.BytesIn(pack) == 0).ToList())
        {
            // An unfinished copy may have a pack whose first checkpoint is still to come, and one that cannot be read may be anybody's.
            if (PackHeader.TryRead(chain, pack) is { } header ? !copying.Contains(header.Point) : copying.Count == 0)
            {
                Take(chain.Pack(pack));
            }
        }
    }

    // A proof that was killed leaves what it had restored; one that runs is young.
    private void SweepScratch()
    {
        foreach (var proof in Directory.Exists(layout.Scratch) ? Directory.EnumerateDirectories(layout.Scratch).ToList() : [])
        {
            if (Note(proof) && remove)
            {
                DurableFile.DeleteTree(proof);
            }
        }
    }

    private void SweepTemporary(string directory)
    {
        if (Directory.Exists(directory))
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*" + DurableFile.TemporarySuffix).ToList())
            {
                Take(path);
            }
        }
    }

    private void Take(string path)
    {
        if (Note(path) && remove)
        {
            DurableFile.Delete(path);
        }
    }

    // Whether it is old enough to go; then it is counted.
    private bool Note(string path)
    {
        if (UnixStat.TryRead(path) is not { } stat)
        {
            return false;
        }

        if (stat.Attributes.MtimeNs / 1_000_000 > keepSince.ToUnixTimeMilliseconds())
        {
            young++;
            return false;
        }

        files++;
        bytes += stat.Attributes.Size;
        if (listed.Count < SweepReport.MaxListed)
        {
            listed.Add(layout.Relative(path));
        }

        return true;
    }
}
