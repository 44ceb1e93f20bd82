using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>
/// Exchanges the directories of a restore, forward and back. Each step is decided by what stands at the three paths of a
/// part (target, stage, old), so it may be cut off anywhere and called again, in either direction.
///
/// Forward, a part passes through: live directory, guard at the target with the live directory in old, new directory at the
/// target. The stage is a directory until its part is in place, and then it is not: that tells a new target from a live
/// one. All parts are guarded before the first is put in place, so no start of the database can succeed in between.
/// </summary>
internal sealed class DirectorySwap(string node, IStepHook hook)
{
    /// <summary>True once a part is in place: then only going on, or an undo, leads to one state everywhere.</summary>
    public static bool HasPlaced(RestoreRecord restore) => restore.Parts.Any(part => KindAt(part.Stage) != FileKind.Directory);

    /// <summary>
    /// Moves the live directories of all parts aside, a guard at each path. <paramref name="mayRename"/> is asked right before
    /// each rename and throws to stop it.
    /// </summary>
    public void Guard(RestoreRecord restore, Action mayRename)
    {
        foreach (var part in restore.Parts.Where(part => KindAt(part.Stage) == FileKind.Directory))
        {
            GuardLive(restore, part, mayRename);
        }
    }

    /// <summary>Puts all parts in place, after <see cref="Guard"/>.</summary>
    public void Place(RestoreRecord restore, Action mayRename)
    {
        foreach (var part in restore.Parts.Where(part => KindAt(part.Stage) == FileKind.Directory))
        {
            Place(restore, part, from: part.Stage, mayRename);
        }

        foreach (var part in restore.Parts)
        {
            RemoveGuard(part.Stage, restore.JobId);
        }
    }

    /// <summary>Puts the old directories back and keeps the new ones in the stage, also from a half-way forward.</summary>
    public void Back(RestoreRecord restore, Action mayRename)
    {
        foreach (var part in restore.Parts.Reverse())
        {
            GuardNew(restore, part, mayRename);
        }

        foreach (var part in restore.Parts)
        {
            if (KindAt(part.Old) == FileKind.Directory)
            {
                Place(restore, part, from: part.Old, mayRename);
                RemoveGuard(part.Old, restore.JobId);
            }
            else
            {
                // There was no live directory; what stands there is the guard or nothing.
                RemoveGuard(part.Old, restore.JobId);
                RemoveGuard(part.Target, restore.JobId);
            }
        }
    }

    private void GuardLive(RestoreRecord restore, RestorePart part, Action mayRename)
    {
        switch (KindAt(part.Target))
        {
            case FileKind.Regular when GuardFile.IsAt(part.Target, restore.JobId):
                return;
            case FileKind.Missing:
                PutGuard(restore, part, mayRename);
                return;
            case FileKind.Directory when KindAt(part.Old) != FileKind.Directory:
                MoveAside(restore, part, to: part.Old, mayRename);
                return;
            default:
                throw Strange(part, $"neither the live directory nor a guard stands at {part.Target}, or {part.Old} is taken");
        }
    }

    private void GuardNew(RestoreRecord restore, RestorePart part, Action mayRename)
    {
        var target = KindAt(part.Target);
        if (KindAt(part.Stage) == FileKind.Directory)
        {
            // Not in place. The target is the live directory, a guard, or missing between two renames; only the last
            // needs help, and only when there is an old directory to come back.
            if (target == FileKind.Missing && KindAt(part.Old) == FileKind.Directory)
            {
                PutGuard(restore, part, mayRename);
            }

            return;
        }

        switch (target)
        {
            case FileKind.Directory:
                MoveAside(restore, part, to: part.Stage, mayRename);
                return;
            default:
                throw Strange(part, $"the new directory is neither at {part.Target} nor at {part.Stage}");
        }
    }

    // The directory at the target goes to a path where at most a guard stands, and a guard takes its place.
    private void MoveAside(RestoreRecord restore, RestorePart part, string to, Action mayRename)
    {
        if (!GuardFile.IsAt(to, restore.JobId))
        {
            Step($"write guard {to}", () => GuardFile.Write(to, restore.JobId));
        }

        Sync(Path.GetDirectoryName(to)!);
        mayRename();
        if (TryExchange(to, part.Target))
        {
            SyncBoth(to, part.Target);
            return;
        }

        // Where names cannot be exchanged there is a moment without the guard; a restart begins with putting it there.
        Step($"remove guard {to}", () => NativeFiles.Unlink(to));
        Step($"rename {part.Target}", () => NativeFiles.RenameNew(part.Target, to));
        SyncBoth(to, part.Target);
        PutGuard(restore, part, mayRename);
    }

    // The directory at `from` takes the place of the guard at the target.
    private void Place(RestoreRecord restore, RestorePart part, string from, Action mayRename)
    {
        var target = KindAt(part.Target);
        if (target != FileKind.Missing && !GuardFile.IsAt(part.Target, restore.JobId))
        {
            throw Strange(part, $"no guard stands at {part.Target} any more");
        }

        mayRename();
        if (target == FileKind.Regular && TryExchange(from, part.Target))
        {
            SyncBoth(from, part.Target);
            return;
        }

        if (target == FileKind.Regular)
        {
            Step($"remove guard {part.Target}", () => NativeFiles.Unlink(part.Target));
        }

        Step($"rename {from}", () => NativeFiles.RenameNew(from, part.Target));
        SyncBoth(from, part.Target);
    }

    private void PutGuard(RestoreRecord restore, RestorePart part, Action mayRename)
    {
        var prepared = part.Old + ".guard";
        Step($"write guard {prepared}", () => GuardFile.Write(prepared, restore.JobId));
        mayRename();
        Step($"rename guard {part.Target}", () => NativeFiles.RenameNew(prepared, part.Target));
        SyncBoth(prepared, part.Target);
    }

    private bool TryExchange(string first, string target)
    {
        try
        {
            Step($"exchange {target}", () => NativeFiles.Exchange(first, target));
            return true;
        }
        catch (NativeFailureException failure) when (failure.Error is NativeFailureException.InvalidArgument
            or NativeFailureException.NotImplemented or NativeFailureException.NotSupported)
        {
            return false;
        }
        catch (NativeFailureException failure)
        {
            throw Impossible(target, failure);
        }
    }

    private void RemoveGuard(string path, string jobId)
    {
        if (GuardFile.IsAt(path, jobId))
        {
            Step($"remove guard {path}", () => NativeFiles.Unlink(path));
            Sync(Path.GetDirectoryName(path)!);
        }
    }

    private void SyncBoth(string first, string second)
    {
        Sync(Path.GetDirectoryName(first)!);
        Sync(Path.GetDirectoryName(second)!);
    }

    private void Sync(string directory) => Step($"sync {directory}", () => NativeFiles.SyncDirectory(directory));

    private void Step(string name, Action action)
    {
        hook.Before(name);
        action();
    }

    private static FileKind KindAt(string path) => NativeFiles.Look(path).Kind;

    private CairnException Strange(RestorePart part, string finding) => new(
        ErrorCode.PathUnusable,
        $"{part.Instance}/{part.Root}: {finding}; somebody else has changed it",
        "look at the named paths, put each directory where it was, and run the same command again; nothing was deleted",
        node,
        part.Target);

    private CairnException Impossible(string target, NativeFailureException failure) => new(
        ErrorCode.RenameImpossible,
        failure.Message,
        "see that the directory is no mount point and that the agent may rename it, and run the same command again",
        node,
        target,
        failure);
}
