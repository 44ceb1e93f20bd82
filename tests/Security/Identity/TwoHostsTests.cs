using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Security.Identity;

/// <summary>The real programs on two hosts with a network between them.</summary>
public sealed class TwoHostsTests : IDisposable
{
    private const string CoordinatorAddress = "192.0.2.1";
    private const string AgentAddress = "192.0.2.2";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Scratch files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public async Task An_agent_on_another_host_enrols_is_called_back_and_is_out_when_it_is_revoked()
    {
        using var left = await NetworkHost.StartAsync();
        using var right = await left.StartNeighbourAsync();
        await NetworkHost.ConnectAsync(left, CoordinatorAddress, right, AgentAddress);
        await using var coordinator = await StartCoordinatorAsync(left);
        var token = await CairnAsync(left, "node", "token", "og1", "--out", files.At("og1.token"));
        Assert.Contains("good once", token, StringComparison.Ordinal);
        await using var agent = await StartAgentAsync(right);

        await Eventually.HoldsAsync(
            "the coordinator sees the agent",
            async _ => await CairnAsync(left, "node", "list") is var list && list.Contains("online", StringComparison.Ordinal) ? null : list,
            Deadline,
            CancellationToken.None);
        var shown = await CairnAsync(left, "node", "show", "og1");
        await CairnAsync(left, "cluster", "add", "c1", "--engine", "opengemini", "--node", "og1");
        var called = await CairnAsync(left, "cluster", "topology", "c1");
        await CairnAsync(left, "node", "revoke", "og1");
        await agent.WaitForLineAsync(
            line => line.Contains("CERTIFICATE_REVOKED", StringComparison.Ordinal), "the agent is told", Deadline, CancellationToken.None);
        var after = await CairnAsync(left, "cluster", "topology", "c1");

        Assert.Contains($"https://{AgentAddress}:7461", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("AGENT_UNREACHABLE", called, StringComparison.Ordinal);
        Assert.Contains("CERTIFICATE_REVOKED", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_is_not_spoken_over_a_network()
    {
        using var host = await NetworkHost.StartAsync();
        var config = files.Write("plain.yaml", $"listen: {CoordinatorAddress}:7460\nstate: {files.At("plain")}\n");

        var (exitCode, output) = await host.TryAsync(
            Checkout.Program("src/Coordinator", "cairn-coordinator"), "--config", config, "--insecure");

        Assert.Equal(2, exitCode);
        Assert.Contains("is not a loopback address", output, StringComparison.Ordinal);
    }

    private async Task<ChildProcess> StartCoordinatorAsync(NetworkHost host)
    {
        var config = files.Write(
            "coordinator.yaml",
            $"listen: {CoordinatorAddress}:7460\nstate: {files.At("coordinator")}\nlimits:\n  heartbeat-seconds: 1\n");
        string[] words = [.. host.Entering(), Checkout.Program("src/Coordinator", "cairn-coordinator"), "--config", config];
        var process = ChildProcess.Start(words[0], words[1..]);
        await process.WaitForLineAsync(
            line => line.StartsWith("cairn-coordinator listening on", StringComparison.Ordinal), "the coordinator listens", Deadline, CancellationToken.None);
        return process;
    }

    private async Task<ChildProcess> StartAgentAsync(NetworkHost host)
    {
        Directory.CreateDirectory(files.At("database"));
        var database = files.Write(
            "database.conf",
            File.ReadAllText(Checkout.PathOf("tests/Fixtures/opengemini/configs/single.conf"))
                .Replace("/srv/og/", files.At("database") + "/", StringComparison.Ordinal));
        var config = files.Write("agent.yaml", $"""
            node: og1
            listen: {AgentAddress}:7461
            coordinator: https://{CoordinatorAddress}:7460
            join-token-file: {files.At("og1.token")}
            state: {files.At("agent")}
            repository: {files.At("repository")}
            roots: [{files.At("database")}]
            instances:
              - name: og
                engine: opengemini
                config: {database}
            limits:
              reconnect-max-ms: 500

            """);
        string[] words = [.. host.Entering(), Checkout.Program("src/Agent", "cairn-agent"), "--config", config];
        var process = ChildProcess.Start(words[0], words[1..]);
        await process.WaitForLineAsync(
            line => line.StartsWith("cairn-agent og1 listening on", StringComparison.Ordinal), "the agent listens", Deadline, CancellationToken.None);
        return process;
    }

    private async Task<string> CairnAsync(NetworkHost host, params string[] words)
    {
        var (_, output) = await host.TryAsync(
            [Checkout.Program("src/Cli", "cairn"), .. words, "--credentials", files.At("coordinator", "credentials", "admin.yaml")]);
        return output;
    }
}
