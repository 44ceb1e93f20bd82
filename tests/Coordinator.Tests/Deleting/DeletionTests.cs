using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Deleting;

public sealed class DeletionTests
{
    [Fact]
    public async Task A_point_is_deleted_on_every_node_and_no_other_is()
    {
        await using var cluster = await TestCluster.StartAsync();
        var kept = await cluster.BackUpAsync();
        var unwanted = await cluster.BackUpAsync();
        var plan = await PlanAsync(cluster, unwanted.PointId);

        var job = await DeleteAsync(cluster, plan);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(30, plan.BytesFreed);
        Assert.All(cluster.Agents, agent => Assert.Equal([kept.PointId], agent.Memory.Committed.Keys));
        Assert.Equal([kept.PointId], await PointsAsync(cluster));
    }

    [Fact]
    public async Task A_node_that_was_away_cannot_bring_the_point_back_and_gets_its_tombstone_when_it_is_back()
    {
        await using var cluster = await TestCluster.StartAsync();
        var point = (await cluster.BackUpAsync()).PointId;
        await cluster["n3"].DieAsync();
        var plan = await PlanAsync(cluster, point);

        var job = await DeleteAsync(cluster, plan);
        cluster["n3"].Script.Hold("delete");
        await cluster.ComeBackAsync("n3");
        await cluster.TookAsync("n3", "delete");
        var listedWhileHeld = await PointsAsync(cluster);
        cluster["n3"].Script.Release("delete");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.NotNull(Assert.Single(plan.Nodes, node => node.Node == "n3").Error);
        Assert.Empty(listedWhileHeld);
        Assert.All(cluster.Agents, agent => Assert.Contains(point, agent.Memory.Tombstones.Keys));
        Assert.Empty(cluster["n3"].Memory.Committed);
    }

    [Fact]
    public async Task A_deletion_needs_the_plan_that_its_caller_saw()
    {
        await using var cluster = await TestCluster.StartAsync();
        var first = (await cluster.BackUpAsync()).PointId;
        var second = (await cluster.BackUpAsync()).PointId;
        var plan = await PlanAsync(cluster, first);

        var without = await Refusal.OfAsync(cluster.Client.DeleteBackupAsync(
            new DeleteBackupRequest { Cluster = TestCluster.Name, Point = first }));
        var other = await cluster.EndOfAsync(await cluster.Client.DeleteBackupAsync(
            new DeleteBackupRequest { Cluster = TestCluster.Name, Point = second, PlanHash = plan.PlanHash }));

        Assert.Equal(ErrorCode.InvalidRequest, without.Code);
        Assert.Equal("PLAN_CHANGED", other.Error.Code);
        Assert.All(cluster.Agents, agent => Assert.Equal(2, agent.Memory.Committed.Count));
    }

    [Fact]
    public async Task A_deletion_is_alone_on_its_cluster()
    {
        await using var cluster = await TestCluster.StartAsync();
        var plan = await PlanAsync(cluster, (await cluster.BackUpAsync()).PointId);
        cluster["n1"].Script.Hold("verify");
        var verify = await cluster.Client.VerifyBackupAsync(new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest" });

        var refusal = await Refusal.OfAsync(cluster.Client.DeleteBackupAsync(
            new DeleteBackupRequest { Cluster = TestCluster.Name, Point = plan.Point.PointId, PlanHash = plan.PlanHash }));
        cluster["n1"].Script.Release("verify");

        Assert.Equal((ErrorCode.ClusterLocked, verify.JobId), (refusal.Code, refusal.Subject));
    }

    [Fact]
    public async Task A_deletion_outlives_the_restart_of_its_coordinator()
    {
        await using var cluster = await TestCluster.StartAsync();
        var plan = await PlanAsync(cluster, (await cluster.BackUpAsync()).PointId);
        cluster["n2"].Script.Hold("delete");
        var started = await cluster.Client.DeleteBackupAsync(
            new DeleteBackupRequest { Cluster = TestCluster.Name, Point = plan.Point.PointId, PlanHash = plan.PlanHash });
        await cluster.TookAsync("n2", "delete");

        await cluster.RestartCoordinatorAsync();
        cluster["n2"].Script.Release("delete");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Single(agent.Kinds(), "delete"));
    }

    private static async Task<DeletionPlan> PlanAsync(TestCluster cluster, string point) => await cluster.Client.PlanDeletionAsync(
        new DeleteBackupRequest { Cluster = TestCluster.Name, Point = point });

    private static async Task<Job> DeleteAsync(TestCluster cluster, DeletionPlan plan) => await cluster.EndOfAsync(
        await cluster.Client.DeleteBackupAsync(
            new DeleteBackupRequest { Cluster = TestCluster.Name, Point = plan.Point.PointId, PlanHash = plan.PlanHash }));

    private static async Task<IEnumerable<string>> PointsAsync(TestCluster cluster) =>
        (await cluster.Client.ListBackupsAsync(new ListBackupsRequest { Cluster = TestCluster.Name })).Points.Select(point => point.PointId);
}
