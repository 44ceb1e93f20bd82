using Cairn.Agent.Tests.Plain;
using Cairn.Repository;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Agent.Tests.Service;

/// <summary>Each refusal carries its code, the node, what was found and the way out, and touches nothing.</summary>
public sealed class RefusalTests
{
    private static readonly PointId Unknown = PointId.Parse("20261101T120000Z-3fa9c1");

    [Theory]
    [InlineData("process", "INSTANCE_RUNNING")]
    [InlineData("port", "PORT_TAKEN")]
    [InlineData("cannot tell", "CANNOT_TELL")]
    public async Task A_restore_over_an_instance_that_is_not_proved_stopped_is_refused(string sign, string code)
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.Files.Write("running", sign);
        var live = Snapshot.Of(agent.Data);

        var precheck = await agent.Client.PrecheckAsync(RestorePrecheck(agent, point));
        var stage = await agent.RefusedAsync(agent.Client.StageAsync(agent.StageRequest(TestAgent.NewJob(), point)));

        AssertRefused(precheck, code, "4711");
        Assert.Equal(code, stage.Code);
        Assert.Contains("4711", stage.Message, StringComparison.Ordinal);
        Assert.Equal("stop pid 4711", stage.WayOut);
        Assert.Equal(live, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task An_instance_that_was_started_between_stage_and_swap_stops_the_swap_before_anything_is_touched()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));
        agent.Files.Write("running", "process");
        var live = Snapshot.Of(agent.Data);

        var refusal = await agent.RefusedAsync(agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) }));

        Assert.Equal("INSTANCE_RUNNING", refusal.Code);
        Assert.Equal(live, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task A_hot_backup_of_a_stopped_instance_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        agent.StopDatabase();

        var result = await agent.Client.PrecheckAsync(BackupPrecheck(agent));

        AssertRefused(result, "INSTANCE_NOT_RUNNING", "plain1");
    }

    [Fact]
    public async Task A_sound_node_passes_every_check_before_a_backup()
    {
        await using var agent = await TestAgent.StartAsync();

        var result = await agent.Client.PrecheckAsync(BackupPrecheck(agent));

        Assert.All(result.Checks, check => Assert.True(check.Passed, $"{check.Name}: {check.Finding}"));
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task A_repository_path_that_holds_something_else_is_refused_and_left_alone()
    {
        await using var agent = await TestAgent.StartAsync(agent => agent.Files.Write("repository/photo.jpg", "not ours"));

        var result = await agent.Client.PrecheckAsync(BackupPrecheck(agent));
        var description = await agent.Client.DescribeAsync(new DescribeRequest());

        AssertRefused(result, "REPOSITORY_FOREIGN", agent.Files.At("repository"));
        Assert.Equal("REPOSITORY_FOREIGN", description.Repository.Error.Code);
        Assert.Equal(["photo.jpg"], Directory.EnumerateFileSystemEntries(agent.Files.At("repository")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Data_outside_the_allowed_roots_are_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        agent.Files.Write("elsewhere/data/file", "");
        agent.Files.Write("plain.conf", $"root data {agent.Files.At("elsewhere", "data")}\nruns-while {agent.RunningMark}\n");

        var result = await agent.Client.PrecheckAsync(BackupPrecheck(agent));

        AssertRefused(result, "OUTSIDE_ROOTS", agent.Files.At("elsewhere", "data"));
    }

    [Fact]
    public async Task Too_little_space_for_a_restore_is_refused_with_the_numbers()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        await agent.StopAsync();
        agent.FreeFloorBytes = 1L << 60;
        await agent.StartAgainAsync();

        var result = await agent.Client.PrecheckAsync(RestorePrecheck(agent, point));

        AssertRefused(result, "NO_SPACE", "are needed");
        Assert.True(result.BytesNeeded > 0);
    }

    [Fact]
    public async Task A_point_that_is_not_here_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        agent.StopDatabase();

        var result = await agent.Client.PrecheckAsync(RestorePrecheck(agent, Unknown));
        var stage = await agent.RefusedAsync(agent.Client.StageAsync(agent.StageRequest(TestAgent.NewJob(), Unknown)));

        AssertRefused(result, "POINT_NOT_FOUND", Unknown.ToString());
        Assert.Equal("POINT_NOT_FOUND", stage.Code);
    }

    [Fact]
    public async Task A_point_whose_packs_are_gone_is_refused_as_damaged()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        await agent.StopAsync();
        foreach (var pack in Directory.EnumerateFiles(agent.Files.At("repository"), "*", SearchOption.AllDirectories)
            .Where(path => path.Contains("pack", StringComparison.Ordinal)).ToList())
        {
            File.Delete(pack);
        }

        await agent.StartAgainAsync();

        var result = await agent.Client.PrecheckAsync(RestorePrecheck(agent, point));

        AssertRefused(result, "POINT_DAMAGED", point.ToString());
    }

    [Fact]
    public async Task A_point_of_another_cluster_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var request = RestorePrecheck(agent, point);
        request.Header.Cluster = "another";

        AssertRefused(await agent.Client.PrecheckAsync(request), "WRONG_CLUSTER", TestAgent.Cluster);
    }

    [Fact]
    public async Task A_point_of_another_node_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var request = RestorePrecheck(agent, point);
        request.Restore.SourceNode = "node9";

        AssertRefused(await agent.Client.PrecheckAsync(request), "TOPOLOGY_MISMATCH", "node9");
    }

    [Fact]
    public async Task A_caveat_must_be_accepted_by_name()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync(caveats: ["version-not-observed"]);
        agent.StopDatabase();
        var accepting = RestorePrecheck(agent, point);
        accepting.Restore.AcceptedCaveats.Add("version-not-observed");

        var refused = await agent.Client.PrecheckAsync(RestorePrecheck(agent, point));
        var accepted = await agent.Client.PrecheckAsync(accepting);

        AssertRefused(refused, "CAVEAT_NOT_ACCEPTED", "version-not-observed");
        Assert.All(accepted.Checks, check => Assert.True(check.Passed, $"{check.Name}: {check.Finding}"));
    }

    [Fact]
    public async Task A_command_with_an_older_epoch_is_refused_with_both_numbers()
    {
        await using var agent = await TestAgent.StartAsync();
        var old = new VerifyRequest { Header = agent.Header(TestAgent.NewJob()), PointId = Unknown.ToString() };
        agent.RaiseEpoch();
        await agent.EndOfAsync(await agent.Client.VerifyAsync(
            new VerifyRequest { Header = agent.Header(TestAgent.NewJob()), PointId = Unknown.ToString() }));

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await agent.Client.VerifyAsync(old));
        var known = Cairn.Shared.Errors.RpcErrors.FromRpc(refusal, Cairn.Shared.Errors.ErrorCode.AgentUnreachable, "node1");

        Assert.Equal(Cairn.Shared.Errors.ErrorCode.StaleEpoch, known.Code);
        Assert.Equal(TestAgent.Node, known.Node);
        Assert.Contains("epoch 1", known.Message, StringComparison.Ordinal);
        Assert.Contains("epoch 2", known.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_swap_that_was_not_decided_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        var live = Snapshot.Of(agent.Data);

        var refusal = await agent.RefusedAsync(agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) }));

        Assert.Equal("INVALID_REQUEST", refusal.Code);
        Assert.Equal(live, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task A_stage_that_comes_after_its_job_was_given_up_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.DiscardAsync(new DiscardRequest { Header = agent.Header(job) }));

        var refusal = await agent.RefusedAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));

        Assert.Equal("NO_SUCH_RESTORE", refusal.Code);
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task A_backup_beside_a_restore_that_is_half_way_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));

        var result = await agent.Client.PrecheckAsync(BackupPrecheck(agent));

        AssertRefused(result, "CLUSTER_LOCKED", job);
    }

    [Fact]
    public async Task An_undo_of_a_restore_that_this_node_does_not_know_is_refused()
    {
        await using var agent = await TestAgent.StartAsync();

        var refusal = await agent.RefusedAsync(agent.Client.UndoAsync(
            new UndoRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = TestAgent.NewJob() }));

        Assert.Equal("NO_SUCH_RESTORE", refusal.Code);
    }

    private static PrecheckRequest BackupPrecheck(TestAgent agent) => new()
    {
        Header = agent.Header(TestAgent.NewJob()), Backup = new BackupPrecheck { Kind = BackupKind.Full },
    };

    private static PrecheckRequest RestorePrecheck(TestAgent agent, PointId point) => new()
    {
        Header = agent.Header(TestAgent.NewJob()),
        Restore = new RestorePrecheck { PointId = point.ToString(), SourceNode = TestAgent.Node, MetadataHere = true },
    };

    private static void AssertRefused(PrecheckResult result, string code, string finding)
    {
        var refused = result.Checks.Where(check => !check.Passed).ToList();
        var found = refused.FirstOrDefault(check => check.Error.Code == code);
        Assert.True(found is not null, $"refused: {string.Join("; ", refused.Select(check => $"{check.Error.Code} {check.Finding}"))}");
        Assert.Contains(finding, found.Finding, StringComparison.Ordinal);
        Assert.Equal(TestAgent.Node, found.Error.Node);
        Assert.NotEmpty(found.Error.WayOut);
    }
}
