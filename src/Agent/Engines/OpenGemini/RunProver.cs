using System.Net;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>
/// Whether any process owns an instance's data. Running: a process started with the instance's configuration file, a process
/// with a file below its directories open or mapped, the lock on <c>raft.db</c>, something that answers at one of its addresses.
/// Stopped: none of these, and everything that had to be looked at could be. Processes of other users are judged by name
/// and arguments, which everybody may read: what neither is called like openGemini nor names the configuration file is not
/// taken for it. That leaves one hole without root (a renamed server of another user with another file over the same
/// directories), which the lock, the ports and the directories' modes narrow; docs/engines/opengemini.md says so.
/// </summary>
internal sealed class RunProver(OpenGeminiConfiguration configuration, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    private const string WayOutStop = "stop ts-sql, ts-store and ts-meta (or ts-server) of this instance and try again";
    private readonly RunSigns signs = new(WayOutStop, table, limits, time);

    /// <summary>Whether it runs: a process that was started with the configuration is proof enough; without one everything is looked at. Once.</summary>
    public Task<RunProof> LookAsync(CancellationToken cancellationToken)
    {
        // What all processes of a machine have open is much to read for a question that is asked again and again.
        if (TryListOurs() is not { Count: > 0 } ours)
        {
            return ProveAsync(cancellationToken);
        }

        AddStarted(ours);
        return Task.FromResult(signs.Proof);
    }

    /// <summary>Looks at everything; once.</summary>
    public async Task<RunProof> ProveAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProcessEntry> processes = [];
        try
        {
            processes = ListOthers();
            var hidden = ProcessVisibility.Hidden();
            ObserveProcesses(processes);
            if (hidden is { } reason)
            {
                signs.ObserveLeases(ResolvedRoots, reason, cancellationToken);
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            Add(RunState.CannotTell, "process", $"/proc cannot be read: {failed.Message}", "give the agent a readable /proc");
        }

        ObserveLock();
        await ObservePortsAsync(processes, cancellationToken);
        return signs.Proof;
    }

    private IReadOnlyList<string> ResolvedRoots =>
        [.. configuration.Roots.Select(r => NativeFiles.TryRealPath(r.Path) ?? r.Path).Distinct(StringComparer.Ordinal)];

    private List<ProcessEntry> ListOthers() => [.. table.List().Where(p => !p.Zombie && p.Id != Environment.ProcessId)];

    private List<ProcessEntry> Ours(IEnumerable<ProcessEntry> processes) =>
        [.. processes.Where(p => CommandLine.ConfigOf(p, table) is { } config && CommandLine.SameFile(config, configuration.Path))];

    private List<ProcessEntry>? TryListOurs()
    {
        try
        {
            return Ours(ListOthers());
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The whole proof meets it again, and says it.
            return null;
        }
    }

    private void AddStarted(IEnumerable<ProcessEntry> ours)
    {
        foreach (var process in ours)
        {
            Add(RunState.Running, "process", $"{process.Shown} was started with '{configuration.Path}'", WayOutStop, process.Id);
        }
    }

    private void ObserveProcesses(IReadOnlyList<ProcessEntry> processes)
    {
        var ours = Ours(processes);
        AddStarted(ours);
        var unreadable = new List<ProcessEntry>();
        var held = OpenFileSearch.Below(ResolvedRoots, table, processes, p => CommandLine.RolesOf(p).Count > 0, unreadable);
        foreach (var file in held)
        {
            Add(RunState.Running, "open file", $"{file.Process.Shown} has '{file.Path}' open", WayOutStop, file.Process.Id);
        }

        foreach (var process in unreadable.Except(ours).Where(p => CommandLine.RolesOf(p).Count > 0 || p.Arguments is null))
        {
            ObserveUnreadable(process);
        }

        if (ours.Count == 0)
        {
            Add(RunState.Stopped, "process", $"no process was started with '{configuration.Path}'", "");
        }

        if (held.Count == 0)
        {
            var others = unreadable.Count switch
            {
                0 => "",
                1 => "; 1 process of another user was judged by name and arguments",
                var many => $"; {many} processes of other users were judged by name and arguments",
            };
            Add(RunState.Stopped, "open file", $"no process has a file below {string.Join(", ", ResolvedRoots)} open{others}", "");
        }
    }

    // An openGemini process whose open files may not be read: its own configuration file may show that it is another instance.
    private void ObserveUnreadable(ProcessEntry process)
    {
        var user = $"run the agent as user {process.Uid} or as root, or stop the process";
        if (process.Arguments is null)
        {
            Add(RunState.CannotTell, "process", $"the command line of process {process.Id} of user {process.Uid} may not be read", user, process.Id);
            return;
        }

        var config = CommandLine.ConfigOf(process, table);
        if (config is not null && ConfigurationReader.Read(config).Configuration is { } other)
        {
            var mine = ResolvedRoots;
            var shared = other.Roots.Select(r => NativeFiles.TryRealPath(r.Path) ?? r.Path).FirstOrDefault(mine.Contains);
            if (shared is not null)
            {
                Add(RunState.Running, "process", $"{process.Shown} of user {process.Uid} runs with '{config}', which names '{shared}' too", WayOutStop, process.Id);
            }

            return;
        }

        Add(
            RunState.CannotTell,
            "process",
            $"{process.Shown} of user {process.Uid} is an openGemini server, and neither its open files nor its configuration file "
            + $"({config ?? "not on its command line"}) may be read",
            user,
            process.Id);
    }

    private void ObserveLock()
    {
        if (configuration.MetaRoot is null)
        {
            return;
        }

        var path = configuration.MetaRoot + "/raft.db";
        try
        {
            using var file = NativeFiles.OpenForReading(path);
            var answer = file is null ? 0 : FileLocks.TryShared(file);
            switch (answer)
            {
                case 0:
                    Add(RunState.Stopped, "lock", file is null ? $"there is no '{path}'" : $"nobody holds the lock on '{path}'", "");
                    break;
                case NativeFailureException.Again:
                    Add(RunState.Running, "lock", $"a process holds the lock on '{path}'", WayOutStop);
                    break;
                default:
                    Add(RunState.CannotTell, "lock", $"the lock on '{path}' cannot be tried: {NativeFailureException.Describe(answer)}", "put META on a file system with flock");
                    break;
            }
        }
        catch (NativeFailureException denied)
        {
            Add(RunState.CannotTell, "lock", $"the lock on '{path}' cannot be tried: cannot open '{path}': {denied.Reason}", "run the agent as the user that owns the file, or as root");
        }
    }

    private Task ObservePortsAsync(IReadOnlyList<ProcessEntry> processes, CancellationToken cancellationToken) => signs.ObservePortsAsync(
        configuration.ListenAddresses.Select(listen => ToListen(listen.Key, listen.Address)),
        processes,
        owner => owner is null || CommandLine.RolesOf(owner).Count > 0
            ? WayOutStop
            : $"stop {owner.Shown}, which is not openGemini, or give it another port",
        cancellationToken);

    private static ListenAddress ToListen(string key, string address)
    {
        _ = HostAndPort.TryParse(address, out var host, out var port);
        var any = HostAndPort.IsWildcard(host);
        return new ListenAddress(address, any ? "127.0.0.1" : host, !any && IPAddress.TryParse(host, out var ip) ? ip : null, port, $" ({key})");
    }

    private void Add(RunState state, string sign, string finding, string wayOut, int? processId = null) =>
        signs.Add(state, sign, finding, wayOut, processId);
}
