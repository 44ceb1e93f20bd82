using System.Globalization;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGauss.Server;

/// <summary>
/// Whether any process owns a server's data: the process that <c>postmaster.pid</c> names, a server that works in the data directory, a
/// process with a file of the data directory or of a tablespace open (whoever's it is), the port.
/// </summary>
internal sealed class RunProver(ServerConfiguration configuration, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    private const string WayOutStop = "stop the server (pg_ctl stop, gs_ctl stop, or its service) and try again";
    private const int StandardPort = 5432;

    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal) { "postgres", "postmaster", "gaussdb" };

    private readonly List<RunObservation> observations = [];
    private readonly DataDirectory data = new(configuration.DataDirectory);

    /// <summary>Looks at everything. Not for concurrent use of one object.</summary>
    public async Task<RunProof> ProveAsync(CancellationToken cancellationToken)
    {
        observations.Clear();
        try
        {
            var processes = table.List().Where(p => !p.Zombie && p.Id != Environment.ProcessId).ToList();
            ObserveLock(processes);
            ObserveProcesses(processes);
            if (ProcessVisibility.Hidden() is { } hidden)
            {
                ObserveHidden(hidden, cancellationToken);
            }

            await ObservePortAsync(processes, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Add(RunState.CannotTell, "process", $"what runs cannot be looked at: {failed.Message}", "run the agent as the server's user or as root");
        }

        var worst = observations.Any(o => o.State == RunState.Running) ? RunState.Running
            : observations.Any(o => o.State == RunState.CannotTell) ? RunState.CannotTell : RunState.Stopped;
        return new RunProof(worst, [.. observations]);
    }

    private IReadOnlyList<string> Places =>
    [
        data.Path,
        .. data.Tablespaces().Where(tablespace => !tablespace.Inside && tablespace.VersionDirectory.Length > 0)
            .Select(tablespace => NativeFiles.TryRealPath(tablespace.Path) ?? tablespace.Path),
    ];

    private void ObserveLock(List<ProcessEntry> processes)
    {
        if (PostmasterFile.Read(data.Path) is not { } file)
        {
            Add(RunState.Stopped, "lock", $"there is no {PostmasterFile.Name} in '{data.Path}'", "");
            return;
        }

        // A file that a crash left names a process that is gone, or one that is something else by now.
        var process = processes.Find(p => p.Id == file.ProcessId);
        if (process is not null && (Programs.Contains(process.Name) || Programs.Contains(process.Program)))
        {
            Add(RunState.Running, "lock", $"{PostmasterFile.Name} in '{data.Path}' names {process.Shown}, which runs", WayOutStop, process.Id);
        }
        else
        {
            Add(RunState.Stopped, "lock", $"{PostmasterFile.Name} in '{data.Path}' names process {file.ProcessId.ToString(CultureInfo.InvariantCulture)}, and no server of that number runs", "");
        }
    }

    private void ObserveProcesses(List<ProcessEntry> processes)
    {
        var servers = processes.Where(p => Programs.Contains(p.Name) || Programs.Contains(p.Program)).ToList();
        var ours = servers.Where(p => table.WorkingDirectory(p.Id) == data.Path).ToList();
        foreach (var process in ours.Take(1))
        {
            Add(RunState.Running, "process", $"{process.Shown} works in '{data.Path}'", WayOutStop, process.Id);
        }

        var unreadable = new List<ProcessEntry>();
        var held = OpenFileSearch.Below(Places, table, processes, servers.Contains, unreadable);
        foreach (var file in held.Take(3))
        {
            Add(RunState.Running, "open file", $"{file.Process.Shown} has '{file.Path}' open", WayOutStop, file.Process.Id);
        }

        foreach (var process in unreadable.Where(servers.Contains).Except(ours).Take(3))
        {
            Add(
                RunState.CannotTell,
                "process",
                $"{process.Shown} of user {process.Uid} is a server, and neither its directory nor its open files may be read",
                $"run the agent as user {process.Uid} or as root, or stop the process",
                process.Id);
        }

        if (ours.Count == 0)
        {
            Add(RunState.Stopped, "process", $"no server works in '{data.Path}'", "");
        }

        if (held.Count == 0)
        {
            Add(RunState.Stopped, "open file", $"no process has a file below {string.Join(", ", Places)} open", "");
        }
    }

    private void ObserveHidden((string Finding, string WayOut) reason, CancellationToken cancellationToken)
    {
        var leases = LeaseSearch.Below(Places, cancellationToken);
        if (leases.HeldPath is not null)
        {
            Add(RunState.Running, "open file", $"a process that is not visible has '{leases.HeldPath}' open; {reason.Finding}", WayOutStop);
        }
        else if (leases.Refused is not null)
        {
            Add(RunState.CannotTell, "process", $"{reason.Finding}; and {leases.Refused}", reason.WayOut);
        }
        else
        {
            Add(RunState.Stopped, "open file", $"{reason.Finding}; but write leases on all {leases.Files} files prove that none has them open", "");
        }
    }

    private async Task ObservePortAsync(List<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        var port = configuration.Port ?? PostmasterFile.Read(data.Path)?.Port
            ?? (data.Setting("port") is { } text && ServerConfiguration.TryPort(text, out var set) ? set : StandardPort);
        if (ListeningSockets.List().FirstOrDefault(socket => socket.Covers(null, port)) is not { } taken)
        {
            Add(RunState.Stopped, "port", string.Create(CultureInfo.InvariantCulture, $"nothing listens on port {port}"), "");
            return;
        }

        // Another server may have the port by right: ours need not listen on TCP, and is then told by its files alone.
        var owner = processes.Find(p => table.OpenFiles(p.Id)?.Contains($"socket:[{taken.Inode}]") == true);
        if (owner is not null && table.WorkingDirectory(owner.Id) is { } directory && directory != data.Path)
        {
            Add(RunState.Stopped, "port", string.Create(CultureInfo.InvariantCulture, $"port {port} is {owner.Shown}'s, which works in '{directory}'"), "");
            return;
        }

        var answers = await PortProbe.AnswersAsync(taken.Address.ToString() is "0.0.0.0" or "::" ? "127.0.0.1" : taken.Address.ToString(), port, limits.Question, time, cancellationToken);
        Add(
            RunState.Running,
            "port",
            string.Create(CultureInfo.InvariantCulture, $"{owner?.Shown ?? "a process that is not visible"} listens on {taken.Address}:{port}{(answers ? "" : " and does not answer")}"),
            owner is null ? WayOutStop : $"stop {owner.Shown}, or give the server another port",
            owner?.Id);
    }

    private void Add(RunState state, string sign, string finding, string wayOut, int? processId = null) =>
        observations.Add(new RunObservation(state, sign, finding, wayOut, processId));
}
