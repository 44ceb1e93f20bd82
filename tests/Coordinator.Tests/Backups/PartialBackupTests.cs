using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class PartialBackupTests
{
    [Fact]
    public async Task A_node_that_is_dead_from_the_start_is_left_out_and_named_where_that_is_allowed()
    {
        await using var cluster = await TestCluster.StartAsync();
        Place(cluster, identical: false);
        await cluster["n3"].DieAsync();

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        Assert.True(job.State == JobState.Partial, job.ToString());
        var point = await PointAsync(cluster, job);
        Assert.Equal(["n1", "n2"], point.Summary.Nodes.Select(part => part.Node));
        Assert.Equal((true, "n3"), (point.Summary.Partial, Assert.Single(point.Summary.MissingNodes)));
        Assert.Equal(("n3", "db/2"), (point.Record.Coverage.Lost[0].Node, $"{point.Record.Coverage.Lost[0].Object}/{point.Record.Coverage.Lost[0].PartitionId}"));
        Assert.Contains("n3 is missing, and with it 1 of its 1 partitions: db/2", point.Record.Coverage.Findings[0], StringComparison.Ordinal);
        Assert.Contains(point.Summary.Caveats, caveat => caveat.Name == "partial");
        Assert.Contains(job.Nodes, node => node is { Node: "n3", Error.Code: "AGENT_UNREACHABLE" });
    }

    [Fact]
    public async Task A_dead_node_ends_the_backup_where_nothing_else_was_allowed()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster["n3"].DieAsync();

        var job = await RunAsync(cluster, NodeFailurePolicy.Unspecified);

        Assert.Equal((JobState.Failed, "AGENT_UNREACHABLE"), (job.State, job.Error.Code));
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Committed));
    }

    public static TheoryData<string> Phases => new() { "capture data", "copy", "end", "prepare" };

    [Theory]
    [MemberData(nameof(Phases))]
    public async Task A_node_that_fails_in_any_phase_is_left_out_and_owed_the_abort_of_what_it_began(string phase)
    {
        await using var cluster = await TestCluster.StartAsync();
        Place(cluster, identical: false);
        cluster["n2"].Script.Fail(phase, ErrorCode.NoSpace, "n2: full");

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        Assert.True(job.State == JobState.Partial, job.ToString());
        Assert.Equal(["n1", "n3"], (await PointAsync(cluster, job)).HeldBy);
        Assert.Contains("abort", cluster["n2"].Kinds());
        Assert.DoesNotContain("commit", cluster["n2"].Kinds());
        Assert.Empty(cluster.Catalog.Owed.All());
    }

    [Fact]
    public async Task A_node_that_fails_a_capture_step_has_all_others_captured_again_without_it()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Fail("capture data", ErrorCode.NoSpace, "n2: full");

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        Assert.Equal(JobState.Partial, job.State);
        Assert.Equal(2, cluster["n1"].Kinds().Count(kind => kind == "capture logs"));
        Assert.Equal(1, cluster["n2"].Kinds().Count(kind => kind == "capture logs"));
    }

    [Fact]
    public async Task A_leader_that_is_dead_is_too_much_also_for_a_partial_point()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster["n1"].DieAsync();

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        Assert.Equal((JobState.Failed, "NO_LEADER"), (job.State, job.Error.Code));
    }

    [Fact]
    public async Task A_leader_that_fails_after_its_metadata_were_handed_over_leaves_a_point_that_is_not_whole()
    {
        await using var cluster = await TestCluster.StartAsync();
        Place(cluster, identical: false);
        cluster["n1"].Script.Fail("copy", ErrorCode.NoSpace, "n1: full");

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        var coverage = (await PointAsync(cluster, job)).Record.Coverage;
        Assert.False(coverage.Whole);
        Assert.Contains(coverage.Findings, finding => finding.Contains("the cluster's metadata were captured on n1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_partial_point_that_is_not_whole_restores_only_when_that_is_accepted_by_name()
    {
        await using var cluster = await TestCluster.StartAsync();
        Place(cluster, identical: false);
        await cluster["n3"].DieAsync();
        await RunAsync(cluster, NodeFailurePolicy.Partial);

        var refused = await cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = TestCluster.Name, Point = "latest" });
        var accepted = await cluster.Client.PlanRestoreAsync(
            new RestoreRequest { Cluster = TestCluster.Name, Point = "latest", AcceptedCaveats = { "partial" } });

        Assert.Equal("CAVEAT_NOT_ACCEPTED", Assert.Single(refused.Checks, check => !check.Passed).Error.Code);
        Assert.True(accepted.Possible, accepted.ToString());
        Assert.Contains("n3", Assert.Single(accepted.Checks, check => check.Name == "complete").Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partial_point_whose_partitions_all_have_identical_copies_is_whole_and_carries_no_caveat()
    {
        await using var cluster = await TestCluster.StartAsync();
        Place(cluster, identical: true);
        await cluster["n3"].DieAsync();

        var job = await RunAsync(cluster, NodeFailurePolicy.Partial);

        var point = await PointAsync(cluster, job);
        Assert.True(point.Record.Coverage.Whole, point.Record.Coverage.ToString());
        Assert.DoesNotContain(point.Summary.Caveats, caveat => caveat.Name == "partial");
    }

    // Partition i of "db" is on the i-th node; all three are copies of one when they are said to be identical.
    private static void Place(TestCluster cluster, bool identical)
    {
        foreach (var agent in cluster.Agents)
        {
            if (identical)
            {
                agent.Instance.Capabilities.Add("replicas.identical");
            }

            agent.Instance.View.Partitions.Add(cluster.Agents.Select((owner, index) => new PartitionPlacement
            {
                Object = "db",
                PartitionId = $"{index}",
                Role = "store",
                OwnerAddress = $"{owner.Node}:2",
                ReplicaGroup = identical ? "g" : "",
            }));
        }
    }

    private static async Task<Job> RunAsync(TestCluster cluster, NodeFailurePolicy policy) => await cluster.EndOfAsync(
        await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name, OnNodeFailure = policy }));

    private static async Task<Backup> PointAsync(TestCluster cluster, Job job) => await cluster.Client.GetBackupAsync(
        new GetBackupRequest { Cluster = TestCluster.Name, Point = job.PointId });
}
