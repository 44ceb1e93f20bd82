using System.Globalization;
using System.Net;
using Cairn.Agent.Proofs;
using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>Collects the signs of life of one instance for one proof, and looks at those that are the same for every engine.</summary>
/// <param name="wayOutStop">What to do when it runs.</param>
/// <param name="table">The processes.</param>
/// <param name="limits">How long a port may take to answer.</param>
/// <param name="time">Measures that.</param>
internal sealed class RunSigns(string wayOutStop, ProcessTable table, EngineLimits limits, TimeProvider time)
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromMilliseconds(500);
    private readonly List<RunObservation> observations = [];

    /// <summary>Everything that was seen, and the worst of it.</summary>
    public RunProof Proof => new(
        observations.Any(seen => seen.State == RunState.Running) ? RunState.Running
            : observations.Any(seen => seen.State == RunState.CannotTell) ? RunState.CannotTell
            : RunState.Stopped,
        [.. observations]);

    /// <summary>Adds a sign of life.</summary>
    public void AddRunning(string sign, string finding, int? processId = null) => Add(RunState.Running, sign, finding, wayOutStop, processId);

    /// <summary>Adds that a sign was looked for and is not there.</summary>
    public void AddStopped(string sign, string finding) => Add(RunState.Stopped, sign, finding, wayOut: "");

    /// <summary>Adds what was seen.</summary>
    public void Add(RunState state, string sign, string finding, string wayOut, int? processId = null) =>
        observations.Add(new RunObservation(state, sign, finding, wayOut, processId));

    /// <summary>
    /// For when not every process or not everything that one has open can be seen: leases on the files themselves tell, wherever the
    /// holder is.
    /// </summary>
    public void ObserveLeases(
        IEnumerable<string> roots, (string Finding, string WayOut) reason, CancellationToken cancellationToken)
    {
        var leases = LeaseSearch.Below(roots, cancellationToken);
        if (leases.HeldPath is not null)
        {
            AddRunning("open file", $"a process that is not visible has '{leases.HeldPath}' open; {reason.Finding}");
        }
        else if (leases.Refused is not null)
        {
            Add(RunState.CannotTell, "process", $"{reason.Finding}; and {leases.Refused}", reason.WayOut);
        }
        else
        {
            var proof = leases.Files == 0
                ? "there is no file that one could have open"
                : string.Create(CultureInfo.InvariantCulture, $"write leases on all {leases.Files} files prove that none has them open");
            AddStopped("open file", $"{reason.Finding}; but {proof}");
        }
    }

    /// <summary>
    /// Whether something listens on ports that are the instance's; <paramref name="wayOut"/> gets the listener, null for one that is
    /// not visible.
    /// </summary>
    public async Task ObservePortsAsync(
        IEnumerable<ListenAddress> addresses,
        IReadOnlyList<ProcessEntry> processes,
        Func<ProcessEntry?, string> wayOut,
        CancellationToken cancellationToken)
    {
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

        // What all processes have open is a long list: it is read once, and only when something listens at all.
        var owners = new Lazy<IReadOnlyDictionary<string, ProcessEntry>>(() => OwnersOf(sockets, processes));
        foreach (var address in addresses)
        {
            if (sockets.FirstOrDefault(socket => socket.Covers(address.Ip, address.Port)) is { } socket)
            {
                var owner = owners.Value.GetValueOrDefault(socket.OpenFile);
                Add(
                    RunState.Running,
                    "port",
                    $"{owner?.Shown ?? "a process that is not visible"} listens on {new IPEndPoint(socket.Address, address.Port)}{address.Meaning}",
                    wayOut(owner),
                    owner?.Id);
            }
            else if (await PortProbe.AnswersAsync(
                address.Host, address.Port, limits.Question < LongestProbe ? limits.Question : LongestProbe, time, cancellationToken))
            {
                AddRunning("port", $"something answers at {address.Shown}{address.Meaning}, though nothing listens in the agent's network namespace");
            }
            else
            {
                AddStopped("port", $"nothing listens on {address.Shown}{address.Meaning}");
            }
        }
    }

    private Dictionary<string, ProcessEntry> OwnersOf(IReadOnlyList<ListeningSocket> sockets, IReadOnlyList<ProcessEntry> processes)
    {
        var listening = sockets.Select(socket => socket.OpenFile).ToHashSet(StringComparer.Ordinal);
        var owners = new Dictionary<string, ProcessEntry>(StringComparer.Ordinal);
        foreach (var process in processes)
        {
            foreach (var file in (table.OpenFiles(process.Id) ?? []).Where(listening.Contains))
            {
                owners.TryAdd(file, process);
            }
        }

        return owners;
    }
}
