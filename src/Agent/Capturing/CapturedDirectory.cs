using System.Runtime.CompilerServices;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Capturing;

/// <summary>A directory that a capture fills: mirrors directories of a live tree and hands out what was captured.</summary>
/// <param name="path">The capture's directory of one root.</param>
internal sealed class CapturedDirectory(string path)
{
    /// <summary>The capture's directory.</summary>
    public string Path { get; } = path;

    /// <summary>The captured counterpart of a path.</summary>
    public string At(string relative) => relative.Length == 0 ? Path : $"{Path}/{relative}";

    /// <summary>Removes everything in it.</summary>
    public void Clear()
    {
        foreach (var name in NativeFiles.ListNames(Path) ?? throw Lost(Path))
        {
            Tree.Remove(At(name), CancellationToken.None);
        }
    }

    /// <summary>Makes a directory and those above it; they are private until <see cref="SetDirectoryAttributes"/>.</summary>
    public void EnsureDirectory(string relative)
    {
        if (relative.Length == 0 || NativeFiles.Look(At(relative)).Kind == FileKind.Directory)
        {
            return;
        }

        EnsureDirectory(ParentOf(relative));
        NativeFiles.MakePrivateDirectory(At(relative));
    }

    /// <summary>
    /// Gives every captured directory, the root included, owner, mode, time and extended attributes of its live counterpart; those without one
    /// keep what they have. Deepest first, because filling a directory changes its time.
    /// </summary>
    public void SetDirectoryAttributes(string liveRoot)
    {
        var directories = TreeWalk.Below(Path).Where(i => i.Status.Kind == FileKind.Directory).Select(i => i.Path).ToList();
        for (var i = directories.Count - 1; i >= -1; i--)
        {
            var relative = i < 0 ? "" : directories[i];
            var live = relative.Length == 0 ? liveRoot : $"{liveRoot}/{relative}";
            if (NativeFiles.Look(live) is { Kind: FileKind.Directory } status)
            {
                // Without these bits the agent could neither read nor remove it, were it not root.
                CopiedAttributes.Set(At(relative), status with { Mode = status.Mode | 0x1C0 }, live);
            }
        }
    }

    /// <summary>
    /// What was captured, for the repository, the root first. <paramref name="immutable"/> says which files never change
    /// under their name: those are links, so their identity is the live file's.
    /// </summary>
    public async IAsyncEnumerable<SourceEntry> EntriesAsync(
        string root, Func<string, bool> immutable, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The other name of a captured link is the live file's.
        var source = new TreeSource(namesElsewhere: 1);
        var owner = new CopiedOwner();
        var found = false;
        await foreach (var entry in source.ReadAsync(Path, root, Adjust, cancellationToken))
        {
            found = true;
            yield return entry;
        }

        if (!found)
        {
            throw Lost(Path);
        }

        SourceEntry Adjust(SourceEntry entry)
        {
            var fixedContent = entry.Kind == EntryKind.File && immutable(entry.Path[(root.Length + 1)..]);
            return owner.Of(entry with { Immutable = fixedContent, Identity = fixedContent ? entry.Identity : null });
        }
    }

    /// <summary>The path above a relative path; empty for the first level.</summary>
    public static string ParentOf(string relative) =>
        relative.LastIndexOf('/') is > 0 and var at ? relative[..at] : "";

    private static CairnException Lost(string path) => new(
        ErrorCode.CaptureLost, $"the captured directory '{path}' is gone", "run the backup again", subject: path);
}
