using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Roots;

/// <summary>
/// Tries out whether a directory can be captured by links and replaced by renames where it stands. What is made for a try
/// is removed again; live files are not touched.
/// </summary>
internal sealed class RootProbes(string node)
{
    /// <summary>Proves that hard links can be made between the root and its capture directory; returns what was found.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.LinkImpossible"/>, <see cref="ErrorCode.PermissionMissing"/>.</exception>
    public string ProveLinkable(ResolvedRoot root)
    {
        var mounts = MountTable.Read();
        if (mounts.Of(root.Path) != mounts.Of(root.Parent))
        {
            throw new CairnException(
                ErrorCode.LinkImpossible,
                $"{root.Path} is the mount point {mounts.Of(root.Path)}, so files in it cannot be linked to {SideDirectory.Of(root.Path)}",
                "let the database keep its data in a directory below the mount point",
                node,
                root.Path);
        }

        Try(root, ErrorCode.LinkImpossible, "hard links", probe =>
        {
            var file = Path.Combine(probe, "file");
            WriteEmpty(file);
            NativeFiles.Link(file, Path.Combine(probe, "link"));
        });
        return $"{SideDirectory.Of(root.Path)} is on the same mount as {root.Path}, and links work there";
    }

    /// <summary>Proves that the directory can be exchanged with one beside it; returns what was found.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.RenameImpossible"/>, <see cref="ErrorCode.PermissionMissing"/>.</exception>
    public string ProveReplaceable(ResolvedRoot root)
    {
        var mounts = MountTable.Read();
        if (mounts.Of(root.Path) == root.Path)
        {
            throw Impossible(root, $"{root.Path} is a mount point and cannot be renamed");
        }

        if (mounts.Below(root.Path) is [var below, ..])
        {
            throw Impossible(root, $"{below} is mounted inside {root.Path} and would stay with the old data");
        }

        if (NativeFiles.IsMountedReadOnly(FirstExisting(root.Parent)))
        {
            throw new CairnException(
                ErrorCode.RenameImpossible,
                $"{mounts.Of(root.Parent)} is mounted read-only, so nothing in it can be replaced",
                $"mount it for writing: mount -o remount,rw {mounts.Of(root.Parent)}",
                node,
                root.Path);
        }

        var status = NativeFiles.Look(root.Path);
        if (status.Kind is not (FileKind.Directory or FileKind.Missing))
        {
            throw new CairnException(
                ErrorCode.PathUnusable,
                $"{root.Path} is not a directory",
                "move it away; a restore replaces directories only",
                node,
                root.Path);
        }

        if (status.Kind == FileKind.Directory && !NativeFiles.MayChangeNamesIn(root.Path))
        {
            throw PermissionMissing(root, $"this process may not write to {root.Path}, so it cannot be moved");
        }

        var parent = FirstExisting(root.Parent);
        if (parent != root.Parent)
        {
            return NativeFiles.MayChangeNamesIn(parent)
                ? $"{root.Path} does not exist; it will be made below {parent}"
                : throw PermissionMissing(root, $"this process may not make directories in {parent}");
        }

        var exchange = true;
        Try(root, ErrorCode.RenameImpossible, "renames", probe =>
        {
            var directory = Path.Combine(probe, "directory");
            var file = Path.Combine(probe, "file");
            NativeFiles.MakeDirectory(directory, 0x1c0);
            WriteEmpty(file);
            exchange = TryExchange(directory, file);
        });
        return exchange
            ? $"{root.Path} is no mount point, and names can be exchanged in {root.Parent}"
            : $"{root.Path} is no mount point; names cannot be exchanged in {root.Parent}, so it takes two renames";
    }

    /// <summary>
    /// Proves that a directory made beside the root can be renamed into it; returns what was found. Nothing is made in the root: a database
    /// that runs lists it.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.RenameImpossible"/>, <see cref="ErrorCode.PermissionMissing"/>.</exception>
    public string ProveEnterable(ResolvedRoot root)
    {
        var mounts = MountTable.Read();
        if (NativeFiles.Look(root.Path).Kind != FileKind.Directory)
        {
            throw new CairnException(
                ErrorCode.PathUnusable, $"{root.Path} is not a directory", "start the database once, or mend its configuration", node, root.Path);
        }

        if (mounts.Of(root.Path) != mounts.Of(root.Parent))
        {
            throw Impossible(root, $"{root.Path} is the mount point {mounts.Of(root.Path)}, so nothing can be renamed into it from {SideDirectory.Of(root.Path)}");
        }

        if (!NativeFiles.MayChangeNamesIn(root.Path))
        {
            throw PermissionMissing(root, $"this process may not make names in {root.Path}");
        }

        Try(root, ErrorCode.RenameImpossible, "renames", probe =>
        {
            var directory = Path.Combine(probe, "directory");
            NativeFiles.MakeDirectory(directory, 0x1c0);
            NativeFiles.RenameNew(directory, directory + "-moved");
        });
        return $"{SideDirectory.Of(root.Path)} is on the same mount as {root.Path}, and names may be made in both";
    }

    private static bool TryExchange(string first, string second)
    {
        try
        {
            NativeFiles.Exchange(first, second);
            return true;
        }
        catch (NativeFailureException failure) when (failure.Error is NativeFailureException.InvalidArgument
            or NativeFailureException.NotImplemented or NativeFailureException.NotSupported)
        {
            NativeFiles.RenameNew(first, first + "-moved");
            return false;
        }
    }

    private void Try(ResolvedRoot root, ErrorCode code, string what, Action<string> tryOut)
    {
        if (!NativeFiles.MayChangeNamesIn(root.Parent))
        {
            throw PermissionMissing(root, $"this process may not make names in {root.Parent}");
        }

        var probe = SideDirectory.Probe(root.Path);
        try
        {
            SideDirectory.Make(probe);
            tryOut(probe);
        }
        catch (NativeFailureException failure)
        {
            throw new CairnException(
                code,
                $"{what} do not work in {SideDirectory.Of(root.Path)}: {failure.Message}",
                "see that the file system is writable and supports them, or keep the data on another one",
                node,
                root.Path,
                failure);
        }
        finally
        {
            Tree.Remove(probe, CancellationToken.None);
            SideDirectory.RemoveEmpty(probe);
        }
    }

    private static void WriteEmpty(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
    }

    private static string FirstExisting(string path)
    {
        while (NativeFiles.Look(path).Kind == FileKind.Missing)
        {
            path = Path.GetDirectoryName(path)!;
        }

        return path;
    }

    private CairnException Impossible(ResolvedRoot root, string finding) => new(
        ErrorCode.RenameImpossible,
        finding,
        "let the database keep its data in a directory below the mount point, without mounts inside",
        node,
        root.Path);

    private CairnException PermissionMissing(ResolvedRoot root, string finding) => new(
        ErrorCode.PermissionMissing,
        finding,
        "run the agent as the database's user or as root",
        node,
        root.Path);
}
