namespace Cairn.Repository;

/// <summary>Brings a whole point to one directory: each root under its own name.</summary>
internal static class PlainExport
{
    public static Task<RestoreReport> RunAsync(
        OpenedPoint point, string directory, RepositoryOptions options, IProgress<CopyProgress>? progress, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(directory) || Path.GetFullPath(directory) != directory || directory.EndsWith('/'))
        {
            throw new RestoreTargetException(directory, "the target is not an absolute path in its plain form");
        }

        var roots = PointRoots.Find(point.Manifest, cancellationToken);
        if (!Directory.Exists(directory))
        {
            DurableFile.EnsureDirectory(directory);
        }
        else if (Directory.EnumerateFileSystemEntries(directory).FirstOrDefault() is { } found)
        {
            throw new RestoreTargetException(directory, $"is not empty: it holds '{Path.GetFileName(found)}'");
        }

        if (roots.Count == 0)
        {
            return Task.FromResult(new RestoreReport(0, 0, 0, 0));
        }

        var request = new RestoreRequest
        {
            Roots = roots.Select(root => new RestoreRoot(root, Path.Combine(directory, root))).ToList(),
            SetOwners = Environment.IsPrivilegedProcess,
        };
        return new PointRestorer(point.Chain, point.Manifest, request, options, progress).RunAsync(cancellationToken);
    }
}
