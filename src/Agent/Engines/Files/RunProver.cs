using System.Globalization;
using System.Net;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// Whether any process owns an instance's files. Running: one of the configured programs, a process with a file below the roots open or
/// mapped, something that listens on a configured port. Where processes or what they have open may not be seen, write leases on the
/// files themselves decide: the kernel grants one only while nobody has the file open.
/// </summary>
internal sealed class RunProver(FilesConfiguration configuration, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    private const string WayOutStop = "stop the database and try again";
    private readonly List<RunObservation> observations = [];

    /// <summary>Looks at everything. Safe to repeat; not for concurrent use of one object.</summary>
    public async Task<RunProof> ProveAsync(CancellationToken cancellationToken)
    {
        observations.Clear();
        IReadOnlyList<ProcessEntry> processes = [];
        try
        {
            processes = [.. table.List().Where(process => !process.Zombie && process.Id != Environment.ProcessId)];
            ObservePrograms(processes);
            ObserveOpenFiles(processes, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Add(RunState.CannotTell, "process", $"/proc cannot be read: {failed.Message}", "give the agent a readable /proc");
        }

        await ObservePortsAsync(processes, cancellationToken);
        var worst = observations.Any(seen => seen.State == RunState.Running) ? RunState.Running
            : observations.Any(seen => seen.State == RunState.CannotTell) ? RunState.CannotTell : RunState.Stopped;
        return new RunProof(worst, [.. observations]);
    }

    private void ObservePrograms(IReadOnlyList<ProcessEntry> processes)
    {
        foreach (var program in configuration.Processes)
        {
            var running = processes.Where(program.Matches).ToList();
            foreach (var process in running)
            {
                Add(RunState.Running, "process", $"{process.Shown} is '{program.Text}'", WayOutStop, process.Id);
            }

            if (running.Count == 0)
            {
                Add(RunState.Stopped, "process", $"no process is '{program.Text}'", "");
            }
        }
    }

    private void ObserveOpenFiles(IReadOnlyList<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        var roots = configuration.Roots.Select(root => NativeFiles.TryRealPath(root.Path) ?? root.Path).ToList();
        var unreadable = new List<ProcessEntry>();
        var held = OpenFileSearch.Below(roots, table, processes, alsoMapped: _ => true, unreadable);
        foreach (var file in held)
        {
            Add(RunState.Running, "open file", $"{file.Process.Shown} has '{file.Path}' open", WayOutStop, file.Process.Id);
        }

        if (held.Count > 0)
        {
            return;
        }

        var unseen = ProcessVisibility.Hidden() ?? (unreadable.Count > 0
            ? (string.Create(CultureInfo.InvariantCulture, $"what {unreadable[0].Shown} and {unreadable.Count - 1} others have open may not be read"),
                "run the agent as root, or with the capability CAP_SYS_PTRACE")
            : ((string Finding, string WayOut)?)null);
        if (unseen is { } reason)
        {
            ObserveLeases(roots, reason, cancellationToken);
        }
        else
        {
            Add(RunState.Stopped, "open file", $"no process has a file below {string.Join(", ", roots)} open", "");
        }
    }

    private void ObserveLeases(IReadOnlyList<string> roots, (string Finding, string WayOut) reason, CancellationToken cancellationToken)
    {
        var leases = LeaseSearch.Below(roots, cancellationToken);
        if (leases.HeldPath is not null)
        {
            Add(RunState.Running, "open file", $"a process has '{leases.HeldPath}' open; {reason.Finding}", WayOutStop);
        }
        else if (leases.Refused is not null)
        {
            Add(RunState.CannotTell, "open file", $"{reason.Finding}; and {leases.Refused}", reason.WayOut);
        }
        else
        {
            Add(RunState.Stopped, "open file", $"{reason.Finding}; but write leases on all {leases.Files} files prove that none has them open", "");
        }
    }

    private async Task ObservePortsAsync(IReadOnlyList<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        if (configuration.Ports.Count == 0)
        {
            return;
        }

        IReadOnlyList<ListeningSocket> sockets;
        try
        {
            sockets = ListeningSockets.List();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Add(RunState.CannotTell, "port", $"/proc/net/tcp cannot be read: {failed.Message}", "give the agent a readable /proc");
            return;
        }

        foreach (var (address, port) in configuration.Ports)
        {
            if (sockets.FirstOrDefault(socket => socket.Covers(address, port)) is { } socket)
            {
                var owner = processes.FirstOrDefault(process => table.OpenFiles(process.Id)?.Contains($"socket:[{socket.Inode}]") == true);
                Add(RunState.Running, "port", $"{owner?.Shown ?? "a process that is not visible"} listens on {new IPEndPoint(socket.Address, port)}", WayOutStop, owner?.Id);
            }
            else if (await PortProbe.AnswersAsync((address ?? IPAddress.Loopback).ToString(), port, ProbeLimit, time, cancellationToken))
            {
                Add(RunState.Running, "port", $"something answers on port {port}, though nothing listens in the agent's network namespace", WayOutStop);
            }
            else
            {
                Add(RunState.Stopped, "port", $"nothing listens on port {port}", "");
            }
        }
    }

    private TimeSpan ProbeLimit => limits.Question < TimeSpan.FromMilliseconds(500) ? limits.Question : TimeSpan.FromMilliseconds(500);

    private void Add(RunState state, string sign, string finding, string wayOut, int? processId = null) =>
        observations.Add(new RunObservation(state, sign, finding, wayOut, processId));
}
