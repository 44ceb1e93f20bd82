using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>
/// Notices a database that was started between the proof that it is stopped and the moment when guards stand at its
/// directories: later it cannot start, and earlier the proof sees it. Made before the proof, asked after the last guard.
/// </summary>
internal sealed class ReturnWatch
{
    private readonly string node;
    private readonly ProcessTable table;
    private readonly HashSet<int> known;

    public ReturnWatch(string node, ProcessTable table)
    {
        (this.node, this.table) = (node, table);
        known = [.. table.List().Select(process => process.Id)];
    }

    /// <summary>
    /// Refuses when a process has a file below one of the directories open or mapped, or, being younger than this object, works in
    /// one. What may not be read is left to the proof before.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InstanceRunning"/>.</exception>
    public void RequireNone(IReadOnlyList<string> directories)
    {
        var standing = directories.Where(directory => NativeFiles.Look(directory).Kind == FileKind.Directory).ToList();
        var processes = table.List();
        if (OpenFileSearch.Below(standing, table, processes, _ => true, []) is [var held, ..])
        {
            throw Returned(held.Process, $"has '{held.Path}' open");
        }

        foreach (var process in processes.Where(process => !known.Contains(process.Id) && !process.Zombie))
        {
            if (table.WorkingDirectory(process.Id) is { } works
                && standing.Any(directory => works == directory || works.StartsWith(directory + "/", StringComparison.Ordinal)))
            {
                throw Returned(process, $"works in '{works}'");
            }
        }
    }

    private CairnException Returned(ProcessEntry process, string what) => new(
        ErrorCode.InstanceRunning,
        $"{process.Shown} came back after the instances had been proved stopped: it {what}, which the swap had just moved aside",
        "stop it, and keep whatever starts it from doing so until the restore is in place",
        node,
        process.Shown);
}
