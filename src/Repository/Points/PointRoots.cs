namespace Cairn.Repository;

/// <summary>The roots of a point: the first components of its paths.</summary>
internal static class PointRoots
{
    /// <summary>The most roots that a point of ours has; more are refused, so that hostile manifests cost no memory.</summary>
    private const int MaxRoots = 1000;

    public static IReadOnlyList<string> Find(ManifestFile manifest, CancellationToken cancellationToken)
    {
        var roots = new SortedSet<string>(StringComparer.Ordinal);
        using var entries = manifest.ReadEntries();
        while (entries.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            roots.Add(entries.Entry.Path.Split('/', 2)[0]);
            if (roots.Count > MaxRoots)
            {
                throw new RepositoryDamagedException(manifest.Path, $"has more than {MaxRoots} roots");
            }
        }

        return [.. roots];
    }
}
