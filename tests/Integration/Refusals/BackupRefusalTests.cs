using Cairn.Integration.Sites;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Integration.Refusals;

/// <summary>A backup that cannot be right is refused before anything is touched, and says why.</summary>
[Collection(FixedAddresses.Name)]
public sealed class BackupRefusalTests(RunningSite running) : IClassFixture<RunningSite>
{
    private Site Site => running.Site;

    [Fact]
    public async Task An_agent_that_does_not_answer_is_named_with_its_address()
    {
        await Site.Cairn.KillAgentAsync("node-2");

        var refused = await Site.CliAsync("backup", "run", Site.Cluster);
        await Site.Cairn.StartAgentAsync("node-2", CancellationToken.None);
        await Site.Cairn.WaitForAgentsAsync(CancellationToken.None);

        Refused.With(refused, "AGENT_UNREACHABLE", "node-2", "127.0.0.1:");
    }

    [Fact]
    public async Task A_dead_store_is_named_by_its_address()
    {
        await Site.Database.KillAsync("ts-store", 3);

        var refused = await Site.CliAsync("backup", "run", Site.Cluster);
        await Site.StartDatabaseAsync();

        Refused.With(refused, "MEMBER_DEAD", "node-3", "127.0.0.3:8400");
    }

    [Fact]
    public async Task Without_a_meta_leader_there_is_no_backup()
    {
        await Site.Database.KillAsync("ts-meta", 1);
        await Site.Database.KillAsync("ts-meta", 2);

        var refused = await Site.CliAsync("backup", "run", Site.Cluster);
        await Site.StartDatabaseAsync();

        var failure = refused.Failure;
        Assert.True(failure.Code == "NO_LEADER", refused.ToString());
        Assert.NotEmpty(failure.WayOut);
        Assert.Equal(3, refused.ExitCode);
    }

    [Fact]
    public async Task Where_hard_links_are_impossible_the_paths_are_named()
    {
        var data = Site.Files.Data(2);
        await Site.RestartAgentAsync("node-2", setup => setup with { StartedBy = Namespaces.WithMountAt(data) });

        var refused = await Site.CliAsync("backup", "run", Site.Cluster);
        await Site.RestartAgentAsync("node-2", setup => setup with { StartedBy = [] });

        Refused.With(refused, "LINK_IMPOSSIBLE", "node-2", data);
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task A_partition_on_the_move_is_waited_for_by_the_operator()
    {
        foreach (var port in (string[])["8091", "8086"])
        {
            for (var node = 1; node <= 3; node++)
            {
                await Site.Client.PostAsync($"http://{Site.Files.Host(node)}:{port}/double/control?migrating=iot", CancellationToken.None);
            }
        }

        var refused = await Site.CliAsync("backup", "run", Site.Cluster);
        foreach (var port in (string[])["8091", "8086"])
        {
            for (var node = 1; node <= 3; node++)
            {
                await Site.Client.PostAsync($"http://{Site.Files.Host(node)}:{port}/double/control?migrating=", CancellationToken.None);
            }
        }

        Assert.True(refused.Failure.Code == "UNSETTLED", refused.ToString());
        Assert.NotEmpty(refused.Failure.WayOut);
    }

    [Fact]
    public async Task A_second_backup_at_once_names_the_job_that_holds_the_cluster()
    {
        await Site.Client.PostAsync($"http://{Site.Files.Host(1)}:8091/double/control?backup-meta-delay-ms=4000", CancellationToken.None);
        var first = await Site.BeginAsync("backup", "run", Site.Cluster);
        await Site.WatchAsync(first, job => job.Phase == "capture metadata", TimeSpan.FromSeconds(60));

        var second = await Site.CliAsync("backup", "run", Site.Cluster);
        var firstEnd = await Site.EndOfAsync(first);
        await Site.Client.PostAsync($"http://{Site.Files.Host(1)}:8091/double/control?backup-meta-delay-ms=", CancellationToken.None);

        Refused.With(second, "CLUSTER_LOCKED", "", first);
        Assert.Equal(JobState.Succeeded, firstEnd.State);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    public async Task A_metadata_backup_that_lied_is_no_point(string lie)
    {
        var points = (await Site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").GetArrayLength();
        await Site.Client.PostAsync($"http://{Site.Files.Host(1)}:8091/double/control?backup-meta={lie}", CancellationToken.None);

        var failed = await Site.CliAsync("backup", "run", Site.Cluster);
        await Site.Client.PostAsync($"http://{Site.Files.Host(1)}:8091/double/control?backup-meta=", CancellationToken.None);
        var after = (await Site.CliAsync("backup", "list", Site.Cluster)).Done().Last.GetProperty("points").GetArrayLength();

        Assert.True(failed.Failure.Code == "ENGINE_ANSWER", failed.ToString());
        Assert.Equal("node-1", failed.Failure.Node);
        Assert.Equal(points, after);
        Assert.Empty(Site.Leftovers());
    }

    [Fact]
    public async Task An_agent_older_than_the_protocol_is_told_so_when_it_registers()
    {
        var old = new RegisterAgentRequest
        {
            Node = Site.Name(1),
            Address = "http://127.0.0.1:1",
            AgentVersion = "0.0.1",
            ProtocolVersion = 0,
            Description = new NodeDescription { Node = Site.Name(1), ProtocolVersion = 0 },
        };

        var refused = await Assert.ThrowsAsync<RpcException>(() => Site.AsAgentAsync(
            1, async coordinator => await coordinator.RegisterAgentAsync(old)));
        // The real agent's next heartbeat is answered with "register again", and the site is usable for the next test.
        await Site.Cairn.WaitForAgentsAsync(CancellationToken.None);

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Contains("node-1", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_is_refused_while_a_process_runs_and_names_it()
    {
        var refused = await Site.CliAsync(["restore", "run", Site.Cluster, running.Point, "--yes", .. await Site.AcceptedAsync(running.Point)]);

        Assert.True(refused.Failure.Code == "INSTANCE_RUNNING", refused.ToString());
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains(refused.Failure.Node, Site.Nodes);
        Assert.NotEmpty(refused.Failure.WayOut);
        var pids = OpenGeminiPids(refused.Failure.Node);
        Assert.Contains(pids, pid => refused.Failure.Message.Contains($"{pid}", StringComparison.Ordinal));
        Assert.Empty(Site.Leftovers());
    }

    private IEnumerable<int> OpenGeminiPids(string node)
    {
        var number = node[^1] - '0';
        return TestKit.Processes.OpenGeminiCluster.ClusterRoles.Select(role => Site.Database[role, number].Id);
    }
}
