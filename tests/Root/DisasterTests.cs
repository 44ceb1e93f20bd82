using System.Diagnostics;
using System.Globalization;
using Cairn.Root.Tests.Sites;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Root.Tests;

/// <summary>docs/disaster-recovery.md, typed as it stands there.</summary>
public sealed class DisasterTests : IAsyncLifetime
{
    private readonly RootSite site = new();

    private string Config => site.At("cairn", $"agent-{RootSite.Node}.yaml");

    public async Task InitializeAsync()
    {
        await site.InitializeAsync();
        await site.StartAsync();
    }

    public Task DisposeAsync() => site.DisposeAsync();

    [Fact]
    public async Task A_new_coordinator_adopts_the_agents_rebuilds_its_catalog_finds_every_point_and_restores()
    {
        var first = await site.BackUpAsync();
        var saved = site.Look();
        site.Write("one", "later");
        var second = await site.BackUpAsync();
        await site.Cairn.KillCoordinatorAsync();
        Directory.Delete(site.At("cairn", "coordinator-state"), recursive: true);

        await site.Cairn.StartCoordinatorAsync(CancellationToken.None);
        await site.DoneAsync("node", "token", RootSite.Node, "--out", site.At("adoption.token"));
        Assert.Equal(0, (await AgentAsync("adopt", "--config", Config, "--token", site.At("adoption.token"))).ExitCode);
        await site.Cairn.WaitForAgentsAsync(CancellationToken.None);
        var rebuilt = (await site.DoneAsync("catalog", "rebuild")).GetProperty("clusters")[0];
        var points = (await site.DoneAsync("backup", "list", RootSite.Cluster)).GetProperty("points").EnumerateArray()
            .Select(point => point.GetProperty("pointId").GetString());
        await site.RestoreAsync(first);

        Assert.Equal((2, 2), (rebuilt.GetProperty("points").GetInt32(), rebuilt.GetProperty("pointsAdded").GetInt32()));
        Assert.True(long.Parse(rebuilt.GetProperty("cluster").GetProperty("epoch").GetString()!, CultureInfo.InvariantCulture) > 2);
        Assert.Equal([first, second], points);
        Assert.Equal(saved, site.Look());
    }

    [Fact]
    public async Task A_node_comes_back_with_the_agents_program_alone_and_the_agent_takes_over_afterwards()
    {
        var saved = site.Look();
        var point = await site.BackUpAsync();
        site.Write("one", "spoiled");
        var spoiled = site.Look();
        var refused = await AgentAsync("recover", "run", point, "--config", Config, "--yes", "--accept-caveat", "no-capture-command");
        await site.Cairn.KillCoordinatorAsync();
        await site.Cairn.KillAgentAsync(RootSite.Node);
        Directory.Delete(site.Cairn.StateOf(RootSite.Node), recursive: true);

        var planned = await AgentAsync("recover", "plan", "latest", "--config", Config, "--accept-caveat", "no-capture-command");
        var recovered = await AgentAsync("recover", "run", "latest", "--config", Config, "--yes", "--accept-caveat", "no-capture-command");
        var restored = site.Look();
        var undone = await AgentAsync("recover", "undo", "--config", Config, "--yes");
        var old = site.Look();
        var discarded = await AgentAsync("recover", "discard", "--config", Config, "--yes");

        Assert.True(refused.ExitCode == 3 && refused.Error.Contains("NODE_LOCKED", StringComparison.Ordinal), refused.ToString());
        Assert.True(planned.ExitCode == 0, planned.ToString());
        Assert.True(recovered.ExitCode == 0, recovered.ToString());
        Assert.Equal(saved, restored);
        Assert.True(undone.ExitCode == 0, undone.ToString());
        Assert.Equal(spoiled, old);
        Assert.True(discarded.ExitCode == 0, discarded.ToString());
        Assert.False(Directory.Exists(site.At("db", ".cairn")));
    }

    private static async Task<CliResult> AgentAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Checkout.Program("src/Agent", "cairn-agent"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new CliResult(process.ExitCode, await output, await error);
    }
}
