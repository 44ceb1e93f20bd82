using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.Files;

public sealed class RunProverTests
{
    [Fact]
    public async Task An_open_file_below_a_root_is_a_sign_of_life()
    {
        using var node = new FilesNode();
        var path = node.Directory.Write("data/open", "x");
        using var process = Start("/usr/bin/tail", "-f", path);

        await Eventually(node, RunState.Running);
        var proof = await node.Instance.ProveStoppedAsync(CancellationToken.None);
        End(process);

        var seen = Assert.Single(proof.Observations, seen => seen.State == RunState.Running);
        Assert.Equal(("open file", process.Id), (seen.Sign, seen.ProcessId));
        Assert.Contains("data/open", seen.Finding);
        await Eventually(node, RunState.Stopped);
    }

    [Fact]
    public async Task A_program_is_known_by_its_name_and_the_words_on_its_command_line()
    {
        using var named = new FilesNode("processes: ['keeper --place=here']");
        using var byPath = new FilesNode($"processes: [{named.Directory.At("keeper")}]");
        using var other = new FilesNode("processes: ['keeper --place=there', /usr/local/bin/keeper]");
        using var process = Start(named.Script("keeper", "sleep 600 & wait"), "--place=here");

        await Eventually(named, RunState.Running);
        var found = await byPath.Instance.ProveStoppedAsync(CancellationToken.None);
        var notFound = await other.Instance.ProveStoppedAsync(CancellationToken.None);
        End(process);

        Assert.Equal(process.Id, Assert.Single(found.Observations, seen => seen.State == RunState.Running).ProcessId);
        Assert.Equal(RunState.Stopped, notFound.State);
        await Eventually(named, RunState.Stopped);
    }

    [Fact]
    public async Task Something_that_listens_on_a_port_is_a_sign_of_life()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var node = new FilesNode($"ports: [{port}, '127.0.0.1:{port}']");

        var running = await node.Instance.ProveStoppedAsync(CancellationToken.None);
        listener.Stop();
        var stopped = await node.Instance.ProveStoppedAsync(CancellationToken.None);

        Assert.Equal(2, running.Observations.Count(seen => seen is { State: RunState.Running, Sign: "port" }));
        Assert.Equal(RunState.Stopped, stopped.State);
    }

    [Fact]
    public async Task Without_signs_of_life_it_may_run_at_any_time_and_is_stopped_when_no_file_is_open()
    {
        using var node = new FilesNode();

        var description = await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None);
        var proof = await node.Instance.ProveStoppedAsync(CancellationToken.None);

        Assert.Equal((RunState.Running, RunState.Stopped), (description.RunState, proof.State));
        Assert.Contains("neither processes nor ports are configured", Assert.Single(description.RunFindings));
        Assert.NotNull(description.View);
    }

    [Fact]
    public async Task With_signs_of_life_it_runs_only_when_one_is_seen()
    {
        using var node = new FilesNode("processes: [no-such-program-anywhere]");

        var description = await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None);

        Assert.Equal(RunState.Stopped, description.RunState);
        Assert.Null(description.View);
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(program, arguments);

    private static void End(Process process)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private static Task Eventually(FilesNode node, RunState state) => TestKit.Eventually.HoldsAsync(
        $"the proof says {state}",
        async token => (await node.Instance.ProveStoppedAsync(token)).State is var found && found == state ? null : $"{found}",
        TimeSpan.FromSeconds(20),
        CancellationToken.None);
}
