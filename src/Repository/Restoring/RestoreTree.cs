namespace Cairn.Repository;

/// <summary>
/// Where entries go, and the directories and links of a restore. Every directory below a target is one that this restore made, and the kernel walks every
/// path without following a link or leaving the target, which is what keeps a hostile manifest inside the targets. Not for concurrent use.
/// </summary>
internal sealed class RestoreTree
{
    private readonly string manifestPath;
    private readonly AttributeRestorer attributes;
    private readonly Dictionary<string, ConfinedDirectory> targets = new(StringComparer.Ordinal);
    private readonly Dictionary<ConfinedDirectory, EarlierTree> earlier = [];
    private readonly HashSet<string>? classes;
    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private readonly List<(RestorePlace Place, ManifestEntry Entry)> directories = [];
    private readonly List<(RestorePlace Place, ManifestEntry Entry)> symlinks = [];
    private readonly List<(RestorePlace Place, string First)> links = [];
    private readonly Dictionary<string, EntryLocation> skippedFirsts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RestorePlace> movedFirsts = new(StringComparer.Ordinal);

    /// <param name="manifestPath">For errors.</param>
    /// <param name="request">What goes where; the targets are there.</param>
    /// <param name="attributes">Sets what entries say.</param>
    public RestoreTree(string manifestPath, RestoreRequest request, AttributeRestorer attributes)
    {
        (this.manifestPath, this.attributes) = (manifestPath, attributes);
        classes = request.Classes?.ToHashSet(StringComparer.Ordinal);
        foreach (var root in request.Roots)
        {
            var target = targets[root.Root] = new ConfinedDirectory(root.TargetDirectory);
            made.Add(target.Path);
            if (root.Earlier is { } tree && UnixStat.TryRead(tree) is { IsDirectory: true })
            {
                earlier[target] = new EarlierTree(tree);
            }

            // What is made below would take it over; the target's own entry brings its own.
            ExtendedAttributeCalls.RemoveDefaultAcl(target.Root.Number(), target.Path);
        }
    }

    public long Directories => directories.Count;

    public long Symlinks => symlinks.Count;

    /// <summary>Null when the entry is not asked for.</summary>
    public RestorePlace? FindTarget(ManifestEntry entry)
    {
        if (classes?.Contains(entry.Class) == false)
        {
            return null;
        }

        return targets.ContainsKey(entry.Path) && entry.Kind != EntryKind.Directory
            ? throw new RepositoryDamagedException(manifestPath, $"root '{UnixPath.Show(entry.Path)}' is no directory")
            : FindPlace(entry.Path);
    }

    /// <summary>Where files of the place's root may be as they are to become; null when there is no such place, or it is of no use.</summary>
    public EarlierTree? EarlierOf(RestorePlace place) => earlier.TryGetValue(place.Target, out var tree) && tree.IsUsable ? tree : null;

    /// <summary>A file that is not asked for, whose further names may be: its content is kept in mind.</summary>
    public void SkipFirst(string path, EntryLocation location) => skippedFirsts[path] = location;

    /// <summary>
    /// Where the content of a further name comes from, when its first name is not restored: then this name takes its place, once.
    /// </summary>
    public EntryLocation? TakeFirst(string first, RestorePlace place)
    {
        if (!skippedFirsts.Remove(first, out var location))
        {
            return null;
        }

        movedFirsts[first] = place;
        return location;
    }

    public void AddDirectory(RestorePlace place, ManifestEntry entry)
    {
        MakeDirectory(place);
        directories.Add((place, entry));
    }

    public void AddSymlink(RestorePlace place, ManifestEntry entry)
    {
        EnsureParent(place);
        symlinks.Add((place, entry));
    }

    /// <summary>A further name of a file that came before.</summary>
    public void AddLink(RestorePlace place, string first)
    {
        EnsureParent(place);
        links.Add((place, first));
    }

    public void EnsureParent(RestorePlace place) => MakeDirectory(ParentOf(place));

    /// <summary>
    /// All files are there: further names, then symbolic links, then directories from the inside out, since making a child changes its parent's time; then
    /// all is synced.
    /// </summary>
    public void Finish()
    {
        foreach (var (place, first) in links)
        {
            MakeLink(place, first);
        }

        foreach (var (place, entry) in symlinks)
        {
            place.Target.MakeSymlink(place.Relative, entry.LinkTarget!);
            attributes.SetLink(place, entry);
        }

        foreach (var (place, entry) in directories.OrderByDescending(d => d.Place.FullPath, StringComparer.Ordinal))
        {
            using var handle = place.Target.OpenDirectory(place.Relative);
            attributes.Set(handle, place.FullPath, entry);
        }

        var synced = new HashSet<ulong>();
        foreach (var target in targets.Values)
        {
            SyncFileSystem(target.Path, synced);
        }
    }

    /// <summary>Gives the targets' descriptors back; nothing can be restored any more.</summary>
    public void Close()
    {
        foreach (var target in targets.Values)
        {
            target.Dispose();
        }

        foreach (var tree in earlier.Values)
        {
            tree.Dispose();
        }
    }

    private static RestorePlace ParentOf(RestorePlace place) =>
        place with { Relative = place.Relative.LastIndexOf('/') is > 0 and var slash ? place.Relative[..slash] : string.Empty };

    // One sync per file system instead of one per file. The target's own name is in its parent, which is on another one where something is mounted on the target.
    private static void SyncFileSystem(string target, HashSet<ulong> synced)
    {
        foreach (var directory in (string[])[target, Path.GetDirectoryName(target)!])
        {
            using var handle = UnixFile.OpenParent(directory);
            if (synced.Add(handle.Stat(directory).Identity.Device))
            {
                UnixFile.SyncFileSystem(handle, directory);
            }
        }
    }

    // Roots do not lie inside one another, so at most one of the directories above a path is one.
    private RestorePlace? FindPlace(string path)
    {
        if (targets.TryGetValue(path, out var whole))
        {
            return new RestorePlace(whole, string.Empty);
        }

        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            if (targets.TryGetValue(path[..slash], out var target))
            {
                return new RestorePlace(target, path[(slash + 1)..]);
            }
        }

        return null;
    }

    private void MakeLink(RestorePlace place, string first)
    {
        var source = movedFirsts.TryGetValue(first, out var moved) ? moved : FindPlace(first);
        if (source is not { } from || !place.Target.TryMakeLink(place.Relative, from.Target, from.Relative))
        {
            throw new RepositoryDamagedException(manifestPath, $"a further name of '{UnixPath.Show(first)}', which is no file that came before");
        }
    }

    private void MakeDirectory(RestorePlace place)
    {
        if (made.Contains(place.FullPath))
        {
            return;
        }

        MakeDirectory(ParentOf(place));

        // A manifest may have a path below a file; and what this restore did not make has no business in the target.
        if (!place.Target.MakeDirectory(place.Relative, 0x1ED))
        {
            throw new RestoreTargetException(place.FullPath, "another made it while the restore ran");
        }

        made.Add(place.FullPath);
    }
}
