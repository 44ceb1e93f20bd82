using System.Globalization;

namespace Cairn.TestKit.Processes;

/// <summary>
/// The processes of an openGemini cluster, real or double: ts-meta, ts-store and ts-sql per configuration file, or one
/// ts-server. Nodes are counted from 1.
/// </summary>
/// <param name="binDirectory">The directory of the programs.</param>
/// <param name="configFiles">One configuration file per node.</param>
/// <param name="runDirectory">Where pid files go.</param>
/// <param name="roles">The programs of each node.</param>
public sealed class OpenGeminiCluster(
    string binDirectory, IReadOnlyList<string> configFiles, string runDirectory, IReadOnlyList<string> roles) : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);
    private readonly Dictionary<(string Role, int Node), ChildProcess> running = [];

    /// <summary>The programs of a node of a cluster.</summary>
    public static IReadOnlyList<string> ClusterRoles { get; } = ["ts-meta", "ts-store", "ts-sql"];

    /// <summary>The program of a single node.</summary>
    public static IReadOnlyList<string> SingleRoles { get; } = ["ts-server"];

    /// <summary>How many nodes there are.</summary>
    public int Nodes => configFiles.Count;

    /// <summary>Set for the processes started from now on.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The process of a role on a node.</summary>
    public ChildProcess this[string role, int node] => running[(role, node)];

    /// <summary>Starts one process.</summary>
    public void Start(string role, int node)
    {
        Directory.CreateDirectory(runDirectory);
        running[(role, node)] = ChildProcess.Start(
            Path.Combine(binDirectory, role),
            ["-config", configFiles[node - 1], "-pidfile", PidFile(role, node)],
            Environment);
    }

    /// <summary>Starts everything that does not run and waits until the starts are complete: every pid file is there.</summary>
    /// <exception cref="TimeoutException">A process did not come up.</exception>
    public async Task StartAllAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(runDirectory);
        for (var node = 1; node <= Nodes; node++)
        {
            foreach (var role in roles)
            {
                if (!running.TryGetValue((role, node), out var process) || process.HasExited)
                {
                    File.Delete(PidFile(role, node));
                    Start(role, node);
                }
            }
        }

        await Eventually.HoldsAsync(
            "every process of the database cluster has written its pid file",
            _ => Task.FromResult(Waiting()),
            timeout,
            cancellationToken);
    }

    /// <summary>Kills one process (SIGKILL); its pid file stays.</summary>
    public async Task KillAsync(string role, int node)
    {
        if (running.Remove((role, node), out var process))
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>Kills everything, as a power cut would.</summary>
    public async Task KillAllAsync()
    {
        await Task.WhenAll(running.Keys.ToList().Select(key => KillAsync(key.Role, key.Node)));
    }

    /// <summary>Stops everything cleanly (SIGTERM).</summary>
    public async Task StopAllAsync()
    {
        foreach (var (key, process) in running.ToList())
        {
            await process.TerminateAsync(StopTimeout);
            await process.DisposeAsync();
            running.Remove(key);
        }
    }

    /// <summary>What all processes wrote, for a failure's message.</summary>
    public string Output() => string.Join(
        "\n", running.Select(pair => $"--- {pair.Key.Role} {pair.Key.Node}\n{pair.Value.Output}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAllAsync();

    private string PidFile(string role, int node) =>
        Path.Combine(runDirectory, string.Create(CultureInfo.InvariantCulture, $"{role}-{node}.pid"));

    private string? Waiting()
    {
        var dead = running.Where(pair => pair.Value.HasExited).ToList();
        if (dead.Count > 0)
        {
            throw new InvalidOperationException($"{dead[0].Key.Role} of node {dead[0].Key.Node} ended: {dead[0].Value.Output}");
        }

        var missing = running.Keys.Where(key => !File.Exists(PidFile(key.Role, key.Node))).ToList();
        return missing.Count == 0 ? null : $"no pid file of {string.Join(", ", missing.Select(key => $"{key.Role} {key.Node}"))}\n{Output()}";
    }
}
