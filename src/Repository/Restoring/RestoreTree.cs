namespace Cairn.Repository;

/// <summary>
/// Where entries go, and the directories and links of a restore. Every directory below a target is one that this restore made, which is what keeps a
/// hostile manifest inside the targets. Not for concurrent use.
/// </summary>
internal sealed class RestoreTree
{
    private readonly string manifestPath;
    private readonly RestoreRequest request;
    private readonly Dictionary<string, string> targets;
    private readonly HashSet<string>? classes;
    private readonly HashSet<string> made;
    private readonly List<(string Path, ManifestEntry Entry)> directories = [];
    private readonly List<(string Path, ManifestEntry Entry)> symlinks = [];

    public RestoreTree(string manifestPath, RestoreRequest request)
    {
        (this.manifestPath, this.request) = (manifestPath, request);
        targets = request.Roots.ToDictionary(r => r.Root, r => r.TargetDirectory, StringComparer.Ordinal);
        classes = request.Classes?.ToHashSet(StringComparer.Ordinal);
        made = targets.Values.ToHashSet(StringComparer.Ordinal);
    }

    public long Directories => directories.Count;

    public long Symlinks => symlinks.Count;

    /// <summary>Null when the entry is not asked for.</summary>
    public string? FindTarget(ManifestEntry entry)
    {
        if (classes?.Contains(entry.Class) == false)
        {
            return null;
        }

        if (targets.TryGetValue(entry.Path, out var whole))
        {
            return entry.Kind == EntryKind.Directory
                ? whole
                : throw new RepositoryDamagedException(manifestPath, $"root '{entry.Path}' is no directory");
        }

        // Roots do not lie inside one another, so at most one of the directories above the entry is one.
        for (var slash = entry.Path.IndexOf('/', StringComparison.Ordinal);
            slash >= 0;
            slash = entry.Path.IndexOf('/', slash + 1))
        {
            if (targets.TryGetValue(entry.Path[..slash], out var target))
            {
                return target + entry.Path[slash..];
            }
        }

        return null;
    }

    public void AddDirectory(string path, ManifestEntry entry)
    {
        MakeDirectory(path);
        directories.Add((path, entry));
    }

    public void AddSymlink(string path, ManifestEntry entry)
    {
        EnsureParent(path);
        symlinks.Add((path, entry));
    }

    public void EnsureParent(string path) => MakeDirectory(Path.GetDirectoryName(path)!);

    /// <summary>All files are there: links, then directories from the inside out, since making a child changes its parent's time; then all is synced.</summary>
    public void Finish()
    {
        foreach (var (path, entry) in symlinks)
        {
            LastError.Check(Libc.MakeSymlink(entry.LinkTarget!, path), path, "symlink");
            RestoredAttributes.SetLink(path, entry.Attributes, request.SetOwners);
        }

        foreach (var (path, entry) in directories.OrderByDescending(d => d.Path, StringComparer.Ordinal))
        {
            using var handle = UnixFile.OpenDirectory(path);
            RestoredAttributes.Set(handle, path, entry.Attributes, request.SetOwners);
        }

        foreach (var target in targets.Values)
        {
            SyncFileSystem(target);
        }
    }

    // One sync per target instead of one per file; the target's own name is in its parent.
    private static void SyncFileSystem(string target)
    {
        var parent = Path.GetDirectoryName(target)!;
        using var handle = UnixFile.OpenParent(parent);
        UnixFile.SyncFileSystem(handle, target);
    }

    private void MakeDirectory(string path)
    {
        if (made.Contains(path))
        {
            return;
        }

        MakeDirectory(Path.GetDirectoryName(path)!);

        // Fails when a file has the name already: a manifest that has a path below a file.
        LastError.Check(Libc.MakeDirectory(path, 0x1ED), path, "mkdir");
        made.Add(path);
    }
}
