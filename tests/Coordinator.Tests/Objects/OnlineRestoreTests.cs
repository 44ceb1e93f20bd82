using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Tests.Objects;

public sealed class OnlineRestoreTests
{
    private static readonly string[] Kinds = ["stage", "decide", "swap", "adopt", "undo", "discard"];
    private static readonly string[] Elsewhere = ["stage", "decide", "swap", "discard"];
    private static readonly string[] WhereItIsTold = ["stage", "decide", "swap", "adopt", "discard"];

    [Fact]
    public async Task Files_are_put_in_place_everywhere_before_the_node_that_leads_tells_the_database_once()
    {
        await using var cluster = await WithPointAsync();
        cluster["n3"].Script.Hold("swap");

        var begun = await cluster.BeginRestoreAsync(Online());
        await cluster.TookAsync("n3", "swap");
        await cluster.HoldsAsync("n1 is done", () => cluster["n1"].Memory.Restores.Values.Contains("swapped"));
        var told = cluster["n1"].Kinds().Contains("adopt");
        cluster["n3"].Script.Release("swap");
        var job = await cluster.EndOfAsync(begun);

        Assert.False(told);
        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(WhereItIsTold, Restored(cluster["n1"]));
        Assert.Equal(Elsewhere, Restored(cluster["n2"]));
        Assert.Equal(Elsewhere, Restored(cluster["n3"]));
        Assert.All(cluster.Agents, agent => Assert.Equal(
            ["iot"], agent.Memory.Received.Select(received => received.Request).OfType<StageRequest>().Single().Objects));
        Assert.Contains(job.Events, happened => happened.Text == "the catalogue has them");
    }

    [Fact]
    public async Task What_the_database_does_not_take_is_taken_out_again_and_said()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.AlreadyExists, "n1: somebody has made it meanwhile");

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));

        Assert.Equal(("ALREADY_EXISTS", JobState.Failed), (job.Error.Code, job.State));
        Assert.All(cluster.Agents, agent => Assert.Equal(["undo", "discard"], Restored(agent).TakeLast(2)));
        Assert.All(cluster.Agents, agent => Assert.True(UndoOf(agent).ObjectsAbsent));
        Assert.Contains(job.Events, happened => happened.Text.Contains("the cluster is as before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_taken_out_again_is_named_and_left_to_an_undo()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.EngineAnswer, "n1: it answered 400");
        cluster["n2"].Script.Fail("undo", ErrorCode.InputOutput, "n2: the disk is gone");

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));
        var undone = await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        Assert.Equal("ENGINE_ANSWER", job.Error.Code);
        Assert.Contains("the disk is gone", job.Error.Message, StringComparison.Ordinal);
        Assert.Contains("restore undo", job.Error.WayOut, StringComparison.Ordinal);
        Assert.True(undone.State == JobState.Succeeded, undone.ToString());
    }

    [Fact]
    public async Task What_is_not_known_to_have_been_taken_stays_and_can_be_undone_while_the_database_does_not_have_it()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.AdoptionUnclear, "n1: it was told, and nobody saw the answer");

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));
        var before = cluster.Agents.SelectMany(Restored).ToList();
        cluster.Hold("iot", "ops");
        var refused = await cluster.EndOfAsync(await cluster.BeginUndoAsync());
        cluster.Hold("ops");
        var undone = await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        Assert.Equal("ADOPTION_UNCLEAR", job.Error.Code);
        Assert.Contains("in place on all nodes", job.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("undo", before);
        Assert.Equal("ALREADY_EXISTS", refused.Error.Code);
        Assert.True(undone.State == JobState.Succeeded, undone.ToString());
    }

    [Fact]
    public async Task An_agent_that_is_lost_while_it_tells_the_database_leaves_all_in_place()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Hold("adopt");

        var begun = await cluster.BeginRestoreAsync(Online());
        await cluster.TookAsync("n1", "adopt");
        await cluster["n1"].DieAsync();
        var job = await cluster.EndOfAsync(begun);

        Assert.Equal("AGENT_UNREACHABLE", job.Error.Code);
        Assert.Contains("it is not known that the database has taken them", job.Error.Message, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.DoesNotContain("undo", Restored(agent)));
    }

    [Fact]
    public async Task A_leader_that_moved_after_the_decision_is_followed()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.LeaderMoved, "n1: n2 leads");
        cluster["n1"].Script.OnSuccess = (kind, _, _) =>
        {
            if (kind == "swap")
            {
                cluster.Lead("n2");
                cluster.Hold("ops");
            }
        };

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Contains("adopt", Restored(cluster["n2"]));
    }

    [Fact]
    public async Task A_leader_that_moved_before_the_decision_calls_everything_off()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.OnSuccess = (kind, _, _) =>
        {
            if (kind == "stage")
            {
                cluster.Lead("n2");
                cluster.Hold("ops");
            }
        };

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));

        Assert.Equal("LEADER_MOVED", job.Error.Code);
        Assert.All(cluster.Agents, agent => Assert.Equal(["stage", "discard"], Restored(agent)));
    }

    [Theory]
    [InlineData("swap")]
    [InlineData("adopt")]
    [InlineData("discard")]
    public async Task A_coordinator_that_dies_in_a_phase_goes_on_and_tells_the_database_once(string phase)
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Hold(phase);

        var begun = await cluster.BeginRestoreAsync(Online());
        await cluster.TookAsync("n1", phase);
        await cluster.StopCoordinatorAsync();
        cluster["n1"].Script.Release(phase);
        await cluster.StartCoordinatorAsync();
        var job = await cluster.EndOfAsync(begun);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Single(cluster.Agents.SelectMany(Restored), "adopt");
    }

    [Fact]
    public async Task A_coordinator_that_dies_while_it_takes_back_goes_on_taking_back()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.EngineAnswer, "n1: it answered 400");
        cluster["n2"].Script.Hold("undo");

        var begun = await cluster.BeginRestoreAsync(Online());
        await cluster.TookAsync("n2", "undo");
        await cluster.StopCoordinatorAsync();
        cluster["n2"].Script.Release("undo");
        await cluster.StartCoordinatorAsync();
        var job = await cluster.EndOfAsync(begun);

        Assert.Equal("ENGINE_ANSWER", job.Error.Code);
        Assert.Single(cluster.Agents.SelectMany(Restored), "adopt");
        Assert.All(cluster.Agents, agent => Assert.Equal(["undo", "discard"], Restored(agent).TakeLast(2)));
    }

    [Fact]
    public async Task A_point_of_some_objects_is_refused_by_name_for_a_whole_cluster_and_the_other_way_round()
    {
        await using var cluster = await WithPointAsync();
        var part = (await cluster.Client.GetBackupAsync(new GetBackupRequest { Cluster = TestCluster.Name, Point = "latest" })).Summary.PointId;
        await cluster.BackUpAsync(BackupKind.Full);

        var whole = await cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = TestCluster.Name, Point = part });
        var online = await cluster.Client.PlanRestoreAsync(Online());
        var other = Online();
        other.Point = part;
        other.Objects.Add("late");
        var unknown = await cluster.Client.PlanRestoreAsync(other);

        Assert.Contains("holds iot, ops only", Refusal(whole), StringComparison.Ordinal);
        Assert.Contains("holds the whole cluster", Refusal(online), StringComparison.Ordinal);
        Assert.Contains("nothing that 'late' means", Refusal(unknown), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Objects_go_with_online_and_not_with_stop_and_start(bool online, bool stop)
    {
        await using var cluster = await WithPointAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.PlanRestoreAsync(
            new RestoreRequest { Cluster = TestCluster.Name, Point = "latest", Objects = { "iot" }, Online = online, Stop = stop }));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task The_plan_names_who_tells_the_database_and_its_hash_changes_with_it()
    {
        await using var cluster = await WithPointAsync();

        var first = await cluster.Client.PlanRestoreAsync(Online());
        cluster.Lead("n2");
        cluster.Hold("ops");
        var second = await cluster.Client.PlanRestoreAsync(Online());

        Assert.Equal(["iot"], first.Objects);
        Assert.Equal("n1", first.Nodes.Single(node => node.MetadataHere).Node);
        Assert.Equal("n2", second.Nodes.Single(node => node.MetadataHere).Node);
        Assert.NotEqual(first.PlanHash, second.PlanHash);
    }

    private static string Refusal(RestorePlan plan)
    {
        Assert.False(plan.Possible);
        return plan.Checks.Single(check => check.Name == "objects").Error.Message;
    }

    private static RestoreRequest Online() => new() { Cluster = TestCluster.Name, Point = "latest", Objects = { "iot" }, Online = true };

    private static async Task<TestCluster> WithPointAsync()
    {
        var cluster = await TestCluster.StartAsync();
        cluster.Hold("iot", "late", "ops");
        await cluster.EndOfAsync(await cluster.Client.RunBackupAsync(
            new RunBackupRequest { Cluster = TestCluster.Name, Kind = BackupKind.Full, Objects = { "iot", "ops" } }));
        cluster.Hold("late", "ops");
        return cluster;
    }

    [Fact]
    public async Task What_somebody_has_made_meanwhile_is_not_vouched_for()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Fail("adopt", ErrorCode.AlreadyExists, "n1: somebody has made it meanwhile");
        cluster["n1"].Script.OnSuccess = (kind, _, _) =>
        {
            if (kind == "swap")
            {
                cluster.Hold("iot", "late", "ops");
            }
        };

        await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Online()));

        Assert.All(cluster.Agents, agent => Assert.False(UndoOf(agent).ObjectsAbsent));
    }

    private static UndoRequest UndoOf(AgentDouble agent) => agent.Memory.Received.Select(received => received.Request).OfType<UndoRequest>().Single();

    private static IReadOnlyList<string> Restored(AgentDouble agent) => [.. agent.Kinds().Where(Kinds.Contains)];
}
