using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cairn.TestKit.Processes;

/// <summary>A coordinator, its agents and the command line, as processes on loopback with everything below one directory.</summary>
public sealed class CairnSystem : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(4);
    private readonly string directory;
    // Agents are started and ended beside each other.
    private readonly ConcurrentDictionary<string, ChildProcess> agents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AgentSetup> setups = [];
    private readonly string cluster;
    private readonly string engine;
    private ChildProcess? coordinator;

    /// <param name="directory">Where configurations, journals, catalog and repositories go.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="engine">Its engine.</param>
    public CairnSystem(string directory, string cluster, string engine)
    {
        this.directory = directory;
        this.cluster = cluster;
        this.engine = engine;
        Directory.CreateDirectory(directory);
        Url = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{FreePort()}");
    }

    /// <summary>The coordinator's address; stays the same over its restarts.</summary>
    public string Url { get; init; }

    /// <summary>A command and its arguments that the coordinator is started by; empty for none.</summary>
    public IReadOnlyList<string> CoordinatorStartedBy { get; init; } = [];

    /// <summary>The credential of the coordinator's first admin.</summary>
    public string Credentials => Path.Combine(directory, "coordinator-state", "credentials", "admin.yaml");

    /// <summary>Lines for the coordinator's <c>limits:</c> section.</summary>
    public IReadOnlyList<string> CoordinatorLimits { get; init; } = [];

    /// <summary>The coordinator's process.</summary>
    public ChildProcess Coordinator => coordinator ?? throw new InvalidOperationException("the coordinator does not run");

    /// <summary>An agent's process.</summary>
    public ChildProcess Agent(string node) => agents[node];

    /// <summary>The directory of a node's repository.</summary>
    public string RepositoryOf(string node) => setups[node].Repository ?? Path.Combine(directory, "repository", node);

    /// <summary>The directory of a node's journal.</summary>
    public string StateOf(string node) => Path.Combine(directory, "agent-state", node);

    /// <summary>Starts everything and waits until the coordinator sees every agent.</summary>
    public async Task StartAsync(IReadOnlyList<AgentSetup> nodes, CancellationToken cancellationToken)
    {
        foreach (var node in nodes)
        {
            setups[node.Node] = node;
        }

        await StartCoordinatorAsync(cancellationToken);
        await Task.WhenAll(nodes.Select(node => StartAgentAsync(node.Node, cancellationToken)));

        // To ask the coordinator until it is so would take a process each time.
        await Task.WhenAll(agents.Values.Select(agent => agent.WaitForLineAsync(
            line => line.Contains("Registered at ", StringComparison.Ordinal), "the coordinator knows the agent", StartTimeout, cancellationToken)));
    }

    /// <summary>Starts the coordinator, also after it was killed.</summary>
    public async Task StartCoordinatorAsync(CancellationToken cancellationToken)
    {
        var config = Path.Combine(directory, "coordinator.yaml");
        await File.WriteAllLinesAsync(
            config,
            [
                $"listen: {new Uri(Url).Authority}",
                $"state: {Path.Combine(directory, "coordinator-state")}",
                "clusters:",
                $"  - name: {cluster}",
                $"    engine: {engine}",
                $"    nodes: [{string.Join(", ", setups.Keys)}]",
                .. Section("limits", CoordinatorLimits),
            ],
            cancellationToken);
        string[] command = [.. CoordinatorStartedBy, Checkout.Program("src/Coordinator", "cairn-coordinator"), "--config", config];
        coordinator = ChildProcess.Start(command[0], command[1..]);
        await coordinator.WaitForLineAsync(
            line => line.StartsWith("cairn-coordinator listening on", StringComparison.Ordinal),
            "the coordinator listens",
            StartTimeout,
            cancellationToken);
    }

    /// <summary>What an agent was started with, or will be next time.</summary>
    public AgentSetup Setup(string node) => setups[node];

    /// <summary>Changes what an agent will be started with next time.</summary>
    public void Configure(string node, Func<AgentSetup, AgentSetup> change) => setups[node] = change(setups[node]);

    /// <summary>Starts an agent, also after it was killed.</summary>
    public async Task StartAgentAsync(string node, CancellationToken cancellationToken)
    {
        await EnsureJoinTokenAsync(node, cancellationToken);
        string[] command =
        [
            .. setups[node].StartedBy,
            Checkout.Program("src/Agent", "cairn-agent"),
            "--config",
            await WriteAgentConfigAsync(node, cancellationToken),
        ];
        var process = ChildProcess.Start(command[0], command[1..]);
        agents[node] = process;
        await process.WaitForLineAsync(
            line => line.StartsWith($"cairn-agent {node} listening on", StringComparison.Ordinal),
            $"agent {node} listens",
            StartTimeout,
            cancellationToken);
    }

    /// <summary>Runs <c>cairn-agent --check-config</c> for a node as it is configured now.</summary>
    public async Task<CliResult> CheckAgentAsync(string node, CancellationToken cancellationToken) => await RunAsync(
        Checkout.Program("src/Agent", "cairn-agent"),
        ["--config", await WriteAgentConfigAsync(node, cancellationToken), "--check-config"],
        cancellationToken);

    /// <summary>Runs <c>cairn-agent repository …</c> for a node as it is configured now, also beside its agent.</summary>
    public async Task<CliResult> RepositoryToolAsync(string node, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        await RunAsync(
            Checkout.Program("src/Agent", "cairn-agent"),
            ["repository", .. arguments, "--config", await WriteAgentConfigAsync(node, cancellationToken)],
            cancellationToken);

    /// <summary>Kills an agent (SIGKILL).</summary>
    public async Task KillAgentAsync(string node)
    {
        if (agents.TryRemove(node, out var process))
        {
            await process.DisposeAsync();
        }
    }

    /// <summary>Kills the coordinator (SIGKILL).</summary>
    public async Task KillCoordinatorAsync()
    {
        if (coordinator is not null)
        {
            await coordinator.DisposeAsync();
            coordinator = null;
        }
    }

    /// <summary>Returns when the coordinator sees every agent online.</summary>
    public Task WaitForAgentsAsync(CancellationToken cancellationToken) => Eventually.HoldsAsync(
        "the coordinator sees every agent",
        async token =>
        {
            var listed = await CliAsync(["node", "list"], token);
            if (listed.ExitCode != 0)
            {
                return listed.ToString();
            }

            var online = listed.Last.GetProperty("nodes").EnumerateArray()
                .Where(node => node.GetProperty("state").GetString() == "online")
                .Select(node => node.GetProperty("name").GetString());
            return agents.Keys.Except(online).Any() ? listed.Output : null;
        },
        StartTimeout,
        cancellationToken);

    /// <summary>Runs <c>cairn … -o json</c>.</summary>
    public Task<CliResult> CliAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => RunAsync(
        Checkout.Program("src/Cli", "cairn"), [.. arguments, "--credentials", Credentials, "-o", "json"], cancellationToken);

    /// <summary>Runs <c>cairn …</c> as a person does, for its text.</summary>
    public Task<CliResult> CliTextAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => RunAsync(
        Checkout.Program("src/Cli", "cairn"), [.. arguments, "--credentials", Credentials], cancellationToken);

    /// <summary>What all daemons have written, for a failure's message.</summary>
    public string Output() => string.Join(
        "\n", agents.Select(pair => $"--- {pair.Key}\n{pair.Value.Output}").Append($"--- coordinator\n{coordinator?.Output}"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(agents.Keys.ToList().Select(KillAgentAsync));
        await KillCoordinatorAsync();
    }

    private static IEnumerable<string> Section(string name, IReadOnlyList<string> lines) =>
        lines.Count == 0 ? [] : [$"{name}:", .. lines.Select(line => $"  {line}")];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<CliResult> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(ChildProcess.ShortLived(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(CommandTimeout);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new CliResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private string JoinTokenOf(string node) => Path.Combine(directory, $"{node}.join-token");

    // The agent enrols itself with it at its first start, and does not look at it any more after that.
    private async Task EnsureJoinTokenAsync(string node, CancellationToken cancellationToken)
    {
        if (!File.Exists(JoinTokenOf(node)))
        {
            (await CliAsync(["node", "token", node, "--out", JoinTokenOf(node)], cancellationToken)).Done();
        }
    }

    private async Task<string> WriteAgentConfigAsync(string node, CancellationToken cancellationToken)
    {
        var setup = setups[node];
        var config = Path.Combine(directory, $"agent-{node}.yaml");
        await File.WriteAllLinesAsync(
            config,
            [
                $"node: {node}",
                $"listen: {setup.Listen}",
                $"coordinator: {Url}",
                $"join-token-file: {JoinTokenOf(node)}",
                $"state: {StateOf(node)}",
                $"repository: {RepositoryOf(node)}",
                $"roots: [{string.Join(", ", setup.Roots)}]",
                $"compression: {setup.Compression}",
                $"max-pack-size: {setup.MaxPackSize}",
                "instances:",
                $"  - name: {engine}",
                $"    engine: {setup.Engine}",
                .. setup.EngineConfig.Length > 0 ? [$"    config: {setup.EngineConfig}"] : Array.Empty<string>(),
                .. setup.InstanceLines.Select(line => $"    {line}"),
                .. Section("encryption", setup.Encryption),
                .. Section("limits", setup.Limits),
            ],
            cancellationToken);
        return config;
    }
}
