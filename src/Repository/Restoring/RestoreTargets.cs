namespace Cairn.Repository;

/// <summary>Checks the directories that a restore goes to and makes those that are absent. All is checked before anything is made.</summary>
internal static class RestoreTargets
{
    public static void Prepare(RestoreRequest request)
    {
        if (request.Roots.Count == 0)
        {
            throw new RestoreTargetException("(none)", "no root is to be restored");
        }

        foreach (var root in request.Roots)
        {
            Check(root, request.Roots);
        }

        foreach (var target in request.Roots.Select(r => r.TargetDirectory).Where(t => UnixStat.TryRead(t) is null))
        {
            LastError.Check(Libc.MakeDirectory(target, 0x1C0), target, "mkdir");
        }
    }

    private static void Check(RestoreRoot root, IReadOnlyList<RestoreRoot> all)
    {
        var target = root.TargetDirectory;
        if (!Path.IsPathFullyQualified(target) || Path.GetFullPath(target) != target || target.EndsWith('/'))
        {
            throw new RestoreTargetException(target, "the target is not an absolute path in its plain form");
        }

        if (root.Root.Split('/').Contains("")
            || all.Any(r => !ReferenceEquals(r, root) && (r.Root == root.Root || r.Root.StartsWith(root.Root + "/", StringComparison.Ordinal))))
        {
            throw new RestoreTargetException(target, $"'{root.Root}' is not the name of a root, is named twice, or has another root inside");
        }

        if (all.Any(r => !ReferenceEquals(r, root) && (r.TargetDirectory == target || r.TargetDirectory.StartsWith(target + "/", StringComparison.Ordinal))))
        {
            throw new RestoreTargetException(target, "another root goes to the same directory or below it");
        }

        if (UnixStat.TryRead(target) is not { } stat)
        {
            if (!Directory.Exists(Path.GetDirectoryName(target)))
            {
                throw new RestoreTargetException(target, "its parent is not there");
            }
        }
        else if (!stat.IsDirectory)
        {
            throw new RestoreTargetException(target, "is no directory");
        }
        else if (Directory.EnumerateFileSystemEntries(target).FirstOrDefault() is { } found)
        {
            throw new RestoreTargetException(target, $"is not empty: it holds '{Path.GetFileName(found)}'");
        }
    }
}
