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

    private readonly DataDirectory data = new(configuration.DataDirectory);

    /// <summary>Whether a process is a server, by its name or its program's.</summary>
    public static bool IsServer(ProcessEntry process) => Programs.Contains(process.Name) || Programs.Contains(process.Program);

    /// <summary>
    /// What keeps the agent from seeing everything that processes have open, and what would mend it; null when nothing does.
    /// </summary>
    public static (string Finding, string WayOut)? Unseen(IReadOnlyList<ProcessEntry> unreadable)
    {
        if (ProcessVisibility.Hidden() is { } hidden)
        {
            return hidden;
        }

        var finding = unreadable.Count switch
        {
            0 => null,
            1 => $"what {unreadable[0].Shown} of user {unreadable[0].Uid} has open may not be read",
            var many => string.Create(CultureInfo.InvariantCulture, $"what {unreadable[0].Shown} of user {unreadable[0].Uid} and {many - 1} more have open may not be read"),
        };
        return finding is null ? null : (finding, "run the agent as root, or with the capability CAP_SYS_PTRACE");
    }

    /// <summary>Whether it runs: the server that <c>postmaster.pid</c> names is proof enough; without it everything is looked at.</summary>
    public Task<RunProof> LookAsync(CancellationToken cancellationToken)
    {
        // What all processes of a machine have open is much to read for a question that is asked again and again.
        if (TryFindLockHolder() is not { } holder)
        {
            return ProveAsync(cancellationToken);
        }

        var signs = new RunSigns(WayOutStop, table, limits, time);
        AddLockHolder(signs, holder);
        return Task.FromResult(signs.Proof);
    }

    /// <summary>Looks at everything.</summary>
    public async Task<RunProof> ProveAsync(CancellationToken cancellationToken)
    {
        var signs = new RunSigns(WayOutStop, table, limits, time);
        try
        {
            var processes = table.List().Where(p => !p.Zombie && p.Id != Environment.ProcessId).ToList();
            ObserveLock(signs, processes);
            ObserveProcesses(signs, processes, cancellationToken);
            await ObservePortAsync(signs, processes, cancellationToken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            signs.Add(RunState.CannotTell, "process", $"what runs cannot be looked at: {failed.Message}", "run the agent as the server's user or as root");
        }

        return signs.Proof;
    }

    private IReadOnlyList<string> Places =>
    [
        data.Path,
        .. data.Tablespaces().Where(tablespace => !tablespace.Inside && tablespace.VersionDirectory.Length > 0)
            .Select(tablespace => NativeFiles.TryRealPath(tablespace.Path) ?? tablespace.Path),
    ];

    private void ObserveLock(RunSigns signs, List<ProcessEntry> processes)
    {
        if (PostmasterFile.Read(data.Path) is not { } file)
        {
            signs.AddStopped("lock", $"there is no {PostmasterFile.Name} in '{data.Path}'");
            return;
        }

        // A file that a crash left names a process that is gone, or one that is something else by now.
        var process = processes.Find(p => p.Id == file.ProcessId);
        if (process is not null && IsServer(process))
        {
            AddLockHolder(signs, process);
        }
        else
        {
            signs.AddStopped("lock", $"{PostmasterFile.Name} in '{data.Path}' names process {file.ProcessId.ToString(CultureInfo.InvariantCulture)}, and no server of that number runs");
        }
    }

    private ProcessEntry? TryFindLockHolder()
    {
        try
        {
            return PostmasterFile.Read(data.Path) is { } file
                && table.Read(file.ProcessId) is { Zombie: false } process
                && IsServer(process)
                && table.WorkingDirectory(process.Id) == data.Path
                ? process
                : null;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The whole proof meets it again, and says it.
            return null;
        }
    }

    private void AddLockHolder(RunSigns signs, ProcessEntry process) =>
        signs.AddRunning("lock", $"{PostmasterFile.Name} in '{data.Path}' names {process.Shown}, which runs", process.Id);

    private void ObserveProcesses(RunSigns signs, List<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        var servers = processes.Where(IsServer).ToList();
        var ours = servers.Where(p => table.WorkingDirectory(p.Id) == data.Path).ToList();
        foreach (var process in ours.Take(1))
        {
            signs.AddRunning("process", $"{process.Shown} works in '{data.Path}'", process.Id);
        }

        var unreadable = new List<ProcessEntry>();
        var held = OpenFileSearch.Below(Places, table, processes, servers.Contains, unreadable);
        foreach (var file in held.Take(3))
        {
            signs.AddRunning("open file", $"{file.Process.Shown} has '{file.Path}' open", file.Process.Id);
        }

        foreach (var process in unreadable.Where(servers.Contains).Except(ours).Take(3))
        {
            signs.Add(
                RunState.CannotTell,
                "process",
                $"{process.Shown} of user {process.Uid} is a server, and neither its directory nor its open files may be read",
                $"run the agent as user {process.Uid} or as root, or stop the process",
                process.Id);
        }

        if (ours.Count > 0 || held.Count > 0)
        {
            return;
        }

        signs.AddStopped("process", $"no server works in '{data.Path}'");
        if (Unseen([.. unreadable.Except(servers)]) is { } unseen)
        {
            signs.ObserveLeases(Places, unseen, cancellationToken);
        }
        else
        {
            signs.AddStopped("open file", $"no process has a file below {string.Join(", ", Places)} open");
        }
    }

    private async Task ObservePortAsync(RunSigns signs, List<ProcessEntry> processes, CancellationToken cancellationToken)
    {
        var port = configuration.Port ?? PostmasterFile.Read(data.Path)?.Port
            ?? (data.Setting("port") is { } text && ServerConfiguration.TryPort(text, out var set) ? set : StandardPort);
        if (ListeningSockets.List().FirstOrDefault(socket => socket.Covers(null, port)) is not { } taken)
        {
            signs.AddStopped("port", string.Create(CultureInfo.InvariantCulture, $"nothing listens on port {port}"));
            return;
        }

        // Another server may have the port by right: ours need not listen on TCP, and is then told by its files alone.
        var owner = processes.Find(p => table.OpenFiles(p.Id)?.Contains(taken.OpenFile) == true);
        if (owner is not null && table.WorkingDirectory(owner.Id) is { } directory && directory != data.Path)
        {
            signs.AddStopped("port", string.Create(CultureInfo.InvariantCulture, $"port {port} is {owner.Shown}'s, which works in '{directory}'"));
            return;
        }

        var answers = await PortProbe.AnswersAsync(taken.Address.ToString() is "0.0.0.0" or "::" ? "127.0.0.1" : taken.Address.ToString(), port, limits.Question, time, cancellationToken);
        signs.Add(
            RunState.Running,
            "port",
            string.Create(CultureInfo.InvariantCulture, $"{owner?.Shown ?? "a process that is not visible"} listens on {taken.Address}:{port}{(answers ? "" : " and does not answer")}"),
            owner is null ? WayOutStop : $"stop {owner.Shown}, or give the server another port",
            owner?.Id);
    }
}
