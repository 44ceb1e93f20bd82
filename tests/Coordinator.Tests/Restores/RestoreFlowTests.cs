using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Restores;

public sealed class RestoreFlowTests
{
    private static readonly string[] WholeRestore = ["stage", "decide", "swap"];

    [Fact]
    public async Task A_restore_stages_decides_and_swaps_on_every_node()
    {
        await using var cluster = await WithPointAsync();

        var job = await cluster.RestoreAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal(WholeRestore, RestoreKinds(agent)));
        Assert.Equal(GetDecisionResponse.Types.Decision.Decided, await DecisionAsync(cluster, job));
    }

    [Fact]
    public async Task Metadata_are_put_in_place_on_the_node_that_led_when_the_point_was_made()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Lead("n2");
        await cluster.BackUpAsync();
        cluster.Lead("n3");

        await cluster.RestoreAsync();

        var staged = cluster.Agents.ToDictionary(
            agent => agent.Node,
            agent => agent.Memory.Received.Select(received => received.Request).OfType<StageRequest>().Single().MetadataHere);
        Assert.Equal(new Dictionary<string, bool> { ["n1"] = false, ["n2"] = true, ["n3"] = false }, staged);
    }

    [Fact]
    public async Task Nothing_is_decided_or_swapped_before_the_last_node_has_staged()
    {
        await using var cluster = await WithPointAsync();
        cluster["n3"].Script.Hold("stage");

        var started = await cluster.BeginRestoreAsync(Latest());
        await cluster.TookAsync("n3", "stage");
        await cluster.HoldsAsync("n1 has staged", () => cluster["n1"].Memory.Restores.ContainsKey(started.JobId));
        var before = RestoreKinds(cluster["n1"]);
        var pending = await DecisionAsync(cluster, started);
        cluster["n3"].Script.Release("stage");
        var job = await cluster.EndOfAsync(started);

        Assert.Equal(["stage"], before);
        Assert.Equal(GetDecisionResponse.Types.Decision.Pending, pending);
        Assert.Equal(JobState.Succeeded, job.State);
    }

    [Fact]
    public async Task A_stage_that_fails_takes_everything_back_and_touches_nothing()
    {
        await using var cluster = await WithPointAsync();
        cluster["n2"].Script.Fail("stage", ErrorCode.PointDamaged, "n2: a segment is damaged");

        var job = await cluster.RestoreAsync();

        Assert.Equal(("POINT_DAMAGED", "n2"), (job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.Equal(["stage", "discard"], RestoreKinds(agent)));
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Restores));
        Assert.Equal(GetDecisionResponse.Types.Decision.Aborted, await DecisionAsync(cluster, job));
    }

    [Fact]
    public async Task A_failed_precheck_refuses_before_anything_is_staged()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Checks.Add(new Check
        {
            Name = "stopped",
            Finding = "pid 7",
            Error = new ErrorDetail { Code = "INSTANCE_RUNNING", Message = "n1: process 7 has '/data' open", WayOut = "stop it" },
        });

        var plan = await cluster.Client.PlanRestoreAsync(Latest());
        var job = await cluster.RestoreAsync();

        Assert.False(plan.Possible);
        Assert.Equal("pid 7", plan.Nodes.Single(node => node.Node == "n1").Precheck.Checks.Single(check => !check.Passed).Finding);
        Assert.Equal(("INSTANCE_RUNNING", "n1"), (job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.Empty(RestoreKinds(agent)));
    }

    [Fact]
    public async Task A_possible_plan_says_so_and_sends_no_command()
    {
        await using var cluster = await WithPointAsync();

        var plan = await cluster.Client.PlanRestoreAsync(Latest());

        Assert.True(plan.Possible, plan.ToString());
        Assert.Equal(["lock", "nodes", "objects", "mapping", "topology", "caveats", "complete"], plan.Checks.Select(check => check.Name));
        Assert.All(plan.Checks, check => Assert.NotEmpty(check.Finding));
        Assert.Equal(["n1"], plan.Nodes.Where(node => node.MetadataHere).Select(node => node.Node));
        Assert.All(cluster.Agents, agent => Assert.Empty(RestoreKinds(agent)));
    }

    [Fact]
    public async Task Other_addresses_than_the_points_are_refused_with_every_difference()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Instance.Addresses[0].Address = "elsewhere:1";
        cluster["n3"].Instance.Roles.Remove("store");

        var job = await cluster.RestoreAsync();

        Assert.Equal("TOPOLOGY_MISMATCH", job.Error.Code);
        Assert.Contains("elsewhere:1", job.Error.Message, StringComparison.Ordinal);
        Assert.Contains("n3/db: roles", job.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_point_of_another_cluster_is_refused_by_name()
    {
        await using var cluster = await WithPointAsync();
        var point = cluster["n1"].Memory.Committed.Keys.Single();
        await cluster.Client.AddClusterAsync(
            new AddClusterRequest { Name = "c2", Engine = TestCluster.Engine, Nodes = { "n1", "n2", "n3" } });

        var refusal = await Refusal.OfAsync(
            cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = "c2", Point = point }));

        Assert.Equal(ErrorCode.WrongCluster, refusal.Code);
        Assert.Contains("'c1'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_point_that_is_nowhere_is_refused()
    {
        await using var cluster = await WithPointAsync();

        var refusal = await Refusal.OfAsync(cluster.Client.PlanRestoreAsync(
            new RestoreRequest { Cluster = TestCluster.Name, Point = "20200101T000000Z-abcdef" }));

        Assert.Equal(ErrorCode.PointNotFound, refusal.Code);
    }

    [Fact]
    public async Task A_node_whose_repository_lacks_the_point_is_named()
    {
        await using var cluster = await WithPointAsync();
        cluster["n2"].Memory.Committed.Clear();

        var job = await cluster.RestoreAsync();

        Assert.Equal(("POINT_NOT_FOUND", "n2"), (job.Error.Code, job.Error.Node));
    }

    [Fact]
    public async Task A_caveat_must_be_accepted_by_name()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Verdicts.Enqueue(new CheckCutResult
        {
            Consistent = true,
            Consistency = "some",
            Caveats = { new Caveat { Name = "unproven-version", Text = "version 9 was never run" } },
        });
        await cluster.BackUpAsync();

        var refused = await cluster.RestoreAsync();
        var accepted = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(new RestoreRequest
        {
            Cluster = TestCluster.Name, Point = "latest", AcceptedCaveats = { "unproven-version" },
        }));

        Assert.Equal("CAVEAT_NOT_ACCEPTED", refused.Error.Code);
        Assert.Contains("--accept-caveat unproven-version", refused.Error.WayOut, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, accepted.State);
    }

    [Fact]
    public async Task A_backup_while_a_restore_runs_is_refused()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Hold("stage");
        var restore = await cluster.BeginRestoreAsync(Latest());

        var refusal = await Refusal.OfAsync(
            cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name }));
        cluster["n1"].Script.Release("stage");
        await cluster.EndOfAsync(restore);

        Assert.Equal(ErrorCode.ClusterLocked, refusal.Code);
        Assert.Contains("restore job", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_decided_about_a_job_that_nobody_knows_is_not_guessed()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var answer = await cluster.Client.GetDecisionAsync(
            new GetDecisionRequest { RestoreJobId = Guid.NewGuid().ToString(), Node = "n1" });

        Assert.Equal(GetDecisionResponse.Types.Decision.UnknownJob, answer.Decision);
    }

    internal static async Task<TestCluster> WithPointAsync()
    {
        var cluster = await TestCluster.StartAsync();
        var job = await cluster.BackUpAsync();
        Assert.True(job.State == JobState.Succeeded, job.ToString());
        return cluster;
    }

    internal static RestoreRequest Latest() => new() { Cluster = TestCluster.Name, Point = "latest" };

    internal static IReadOnlyList<string> RestoreKinds(AgentDouble agent) =>
        [.. agent.Kinds().Where(kind => kind is "stage" or "decide" or "swap" or "undo" or "discard")];

    internal static async Task<GetDecisionResponse.Types.Decision> DecisionAsync(TestCluster cluster, Job job) =>
        (await cluster.Client.GetDecisionAsync(
            new GetDecisionRequest { RestoreJobId = job.JobId, Node = "n1" })).Decision;
}
