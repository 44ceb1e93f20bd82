using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>
/// That no other server uses the directory that a tablespace goes to: two servers over one tablespace damage each other beyond repair,
/// and none of them notices when it starts. That this instance's own server is stopped is proved elsewhere, after it was asked to stop.
/// </summary>
internal sealed class TablespaceProof(ServerConfiguration configuration, ProcessTable table)
{
    private const string WayOutMapping = "give it another directory: --tablespace-mapping OLD=NEW";

    private readonly string data = NativeFiles.TryRealPath(configuration.DataDirectory) ?? configuration.DataDirectory;

    /// <summary>Says what was found.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InstanceRunning"/>: another server uses it; <see cref="ErrorCode.CannotTell"/>: a right is missing to find out;
    /// <see cref="ErrorCode.PathUnusable"/>: it belongs to the original of this copy, or to another.
    /// </exception>
    public string RequireFree(Tablespace tablespace, string place, bool isCopy, CancellationToken cancellationToken)
    {
        var target = $"{place}/{tablespace.VersionDirectory}";
        var resolved = NativeFiles.TryRealPath(target) ?? target;
        var processes = table.List().Where(process => !process.Zombie && process.Id != Environment.ProcessId).ToList();
        var ours = processes.Where(process => table.WorkingDirectory(process.Id) == data).ToList();
        foreach (var server in processes.Except(ours).Where(RunProver.IsServer))
        {
            RequireElsewhere(server, place, target);
        }

        var unreadable = new List<ProcessEntry>();
        if (OpenFileSearch.Below([resolved], table, processes.Except(ours), static _ => false, unreadable) is [var held, ..])
        {
            throw Used($"{held.Process.Shown} has '{held.Path}' open: another server uses the tablespace directory '{place}'", target);
        }

        var seen = RunProver.Unseen(unreadable) is { } unseen
            ? ProveUnseen(resolved, unseen, ownRuns: ours.Any(RunProver.IsServer), cancellationToken)
            : "where no server has a file open";
        if (isCopy && NativeFiles.ListNames(target) is { Count: > 0 })
        {
            throw new CairnException(
                ErrorCode.PathUnusable,
                $"'{target}' is not empty: it belongs to the server that the point was taken of, or to another one, and this is a copy",
                WayOutMapping,
                subject: target);
        }

        return string.Create(CultureInfo.InvariantCulture, $"tablespace {tablespace.Number} goes to '{place}', {seen}");
    }

    // A server need not have a file of its tablespace open at every moment; its links say what is its own.
    private void RequireElsewhere(ProcessEntry server, string place, string target)
    {
        if (table.WorkingDirectory(server.Id) is not { } directory)
        {
            // One that is just ending has no directory any more, and nothing open.
            if (table.OpenFiles(server.Id) is null)
            {
                throw new CairnException(
                    ErrorCode.CannotTell,
                    $"{server.Shown} of user {server.Uid} is a server, and it cannot be told whether '{place}' is a tablespace of it, because its directory may not be read",
                    $"run the agent as root, or stop the process for the restore; or {WayOutMapping}",
                    subject: target);
            }

            return;
        }

        var resolved = NativeFiles.TryRealPath(place) ?? place;
        if (new DataDirectory(directory).Tablespaces().Any(one => (NativeFiles.TryRealPath(one.Location) ?? one.Location) == resolved))
        {
            throw Used($"{server.Shown}, which works in '{directory}', has a tablespace in '{place}'", target);
        }
    }

    // The kernel gives a lease on a file only while nobody has it open, whoever may be looked into.
    private static string ProveUnseen(
        string resolved, (string Finding, string WayOut) unseen, bool ownRuns, CancellationToken cancellationToken)
    {
        if (ownRuns)
        {
            // Nothing is decided by this look: the restore is refused while the own server runs, and looks again once it does not.
            return $"as far as can be seen while this instance's own server runs; {unseen.Finding}, so that leases on the files are tried once it is stopped";
        }

        var leases = LeaseSearch.Below([resolved], cancellationToken);
        if (leases.HeldPath is { } path)
        {
            throw Used($"a process that may not be looked into has '{path}' open; {unseen.Finding}", resolved);
        }

        if (leases.Refused is { } refused)
        {
            throw new CairnException(
                ErrorCode.CannotTell,
                $"it cannot be told whether a server uses '{resolved}': {unseen.Finding}; and {refused}",
                $"{unseen.WayOut}; or {WayOutMapping}",
                subject: resolved);
        }

        return string.Create(CultureInfo.InvariantCulture, $"where leases on all {leases.Files} files prove that none has them open, though {unseen.Finding}");
    }

    private static CairnException Used(string finding, string target) => new(ErrorCode.InstanceRunning, finding, WayOutMapping, subject: target);
}
