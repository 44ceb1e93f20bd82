using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>
/// Puts new directories into the directories of a database that runs, and takes them out again. No guard stands anywhere: the database does
/// not know of them until it is told. Each step is decided by what stands at stage and target, so it may be cut off anywhere and called again,
/// in either direction.
/// </summary>
internal sealed class DirectoryAddition(string node, IStepHook hook)
{
    /// <summary>Puts all in place. Nothing is moved while any place is taken. <paramref name="mayRename"/> is asked right before each rename.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.AlreadyExists"/>: something stands there already.</exception>
    public void Place(RestoreRecord restore, Action mayRename)
    {
        var waiting = restore.Parts.Where(part => KindAt(part.Stage) == FileKind.Directory).ToList();
        if (waiting.Find(part => KindAt(part.Target) != FileKind.Missing) is { } taken)
        {
            throw Taken(taken);
        }

        foreach (var part in waiting)
        {
            Move(part.Stage, part.Target, mayRename);
        }
    }

    /// <summary>Takes out what <see cref="Place"/> put there, and that alone; what is gone meanwhile is gone.</summary>
    public void Withdraw(RestoreRecord restore, Action mayRename)
    {
        foreach (var part in restore.Parts.Where(part => KindAt(part.Stage) == FileKind.Missing))
        {
            // By its inode, because somebody may have made another of the same name since.
            if (NativeFiles.Look(part.Target) is { Kind: FileKind.Directory } found && found.Identity.Inode == part.Inode)
            {
                Move(part.Target, part.Stage, mayRename);
            }
        }
    }

    private void Move(string from, string to, Action mayRename)
    {
        mayRename();
        Step($"rename {from}", () => NativeFiles.RenameNew(from, to));
        foreach (var directory in (string[])[Path.GetDirectoryName(from)!, Path.GetDirectoryName(to)!])
        {
            Step($"sync {directory}", () => NativeFiles.SyncDirectory(directory));
        }
    }

    private void Step(string name, Action action)
    {
        hook.Before(name);
        action();
    }

    private static FileKind KindAt(string path) => NativeFiles.Look(path).Kind;

    private CairnException Taken(RestorePart part) => new(
        ErrorCode.AlreadyExists,
        $"{part.Instance}/{part.Root}: {part.Target} is there already",
        "if the database was dropped, wait until it has removed its directories; else move that one away",
        node,
        part.Target);
}
