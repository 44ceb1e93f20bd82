using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Rebuild;

/// <summary>The coordinator and all its state are gone; agents and repositories are left.</summary>
public sealed class CatalogRebuildTests
{
    [Fact]
    public async Task A_new_coordinator_finds_cluster_nodes_and_every_point_and_starts_above_all_epochs()
    {
        await using var cluster = await WithPointsAsync();
        cluster["n2"].Memory.Epochs[TestCluster.Name] = 41;
        await cluster.ReplaceCoordinatorAsync(nodes: null);
        Assert.Empty((await cluster.Client.ListClustersAsync(new ListClustersRequest())).Clusters);

        var rebuilt = await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());
        var again = await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());

        var found = Assert.Single(rebuilt.Clusters);
        Assert.True(found.Added);
        Assert.Equal((TestCluster.Name, TestCluster.Engine), (found.Cluster.Name, found.Cluster.Engine));
        Assert.Equal(["n1", "n2", "n3"], found.Cluster.Nodes);
        Assert.Equal((2, 2), (found.Points, found.PointsAdded));
        Assert.True(found.Cluster.Epoch > 41);
        Assert.Equal((2, 0, false), (again.Clusters[0].Points, again.Clusters[0].PointsAdded, again.Clusters[0].Added));
        Assert.Equal(2, (await cluster.Client.ListBackupsAsync(new ListBackupsRequest { Cluster = TestCluster.Name })).Points.Count);
    }

    [Fact]
    public async Task A_rebuilt_coordinator_restores()
    {
        await using var cluster = await WithPointsAsync();
        await cluster.ReplaceCoordinatorAsync(nodes: null);
        await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());

        var job = await cluster.RestoreAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
    }

    [Fact]
    public async Task A_point_that_one_node_has_deleted_is_no_point_whoever_still_holds_it()
    {
        await using var cluster = await WithPointsAsync();
        var deleted = cluster["n1"].Memory.Committed.Keys.Min()!;
        Delete(cluster["n3"], deleted);
        await cluster.ReplaceCoordinatorAsync(nodes: null);

        var rebuilt = await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());

        Assert.Equal([deleted], rebuilt.Clusters[0].DeletedPoints);
        Assert.Equal(1, rebuilt.Clusters[0].Points);
        var refusal = await Refusal.OfAsync(cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = TestCluster.Name, Point = deleted }));
        Assert.Equal(ErrorCode.PointNotFound, refusal.Code);
    }

    [Fact]
    public async Task A_node_that_still_holds_a_point_which_another_has_deleted_is_told_to_delete_it()
    {
        await using var cluster = await WithPointsAsync();
        var deleted = cluster["n1"].Memory.Committed.Keys.Min()!;
        Delete(cluster["n3"], deleted);
        await cluster.ReplaceCoordinatorAsync(nodes: null);

        await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.All(cluster.Agents, agent => Assert.Contains(deleted, agent.Memory.Tombstones.Keys));
        Assert.All(cluster.Agents, agent => Assert.DoesNotContain(deleted, agent.Memory.Committed.Keys));
        Assert.DoesNotContain("delete", cluster["n3"].Kinds());
    }

    [Fact]
    public async Task A_node_that_was_away_when_the_catalog_was_rebuilt_cannot_bring_a_deleted_point_back_and_is_owed_its_deletion()
    {
        await using var cluster = await WithPointsAsync();
        var deleted = cluster["n1"].Memory.Committed.Keys.Min()!;
        Delete(cluster["n1"], deleted);
        Delete(cluster["n3"], deleted);
        await cluster["n2"].DieAsync();
        await cluster.ReplaceCoordinatorAsync(nodes: null);

        await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());
        await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());
        var owed = cluster.Catalog.Owed.All();
        cluster["n2"].Script.Hold("delete");
        await cluster.ComeBackAsync("n2");
        await cluster.TookAsync("n2", "delete");
        var listed = await cluster.Client.ListBackupsAsync(new ListBackupsRequest { Cluster = TestCluster.Name });
        var refusal = await Refusal.OfAsync(cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = TestCluster.Name, Point = deleted }));
        cluster["n2"].Script.Release("delete");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal("n2", Assert.Single(owed).Node);
        Assert.DoesNotContain(deleted, listed.Points.Select(point => point.PointId));
        Assert.Single(listed.Points);
        Assert.Equal(ErrorCode.PointNotFound, refusal.Code);
        Assert.Contains(deleted, cluster["n2"].Memory.Tombstones.Keys);
        Assert.Single(cluster["n2"].Memory.Committed);
    }

    [Fact]
    public async Task Nodes_that_do_not_come_are_named_and_what_the_others_hold_is_found()
    {
        await using var cluster = await WithPointsAsync();
        await cluster["n3"].DieAsync();
        await cluster.ReplaceCoordinatorAsync(nodes: null);

        var rebuilt = await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());

        Assert.Equal(["n3"], rebuilt.Clusters[0].MissingNodes);
        Assert.Equal(2, rebuilt.Clusters[0].Points);
    }

    [Fact]
    public async Task What_a_restore_left_beside_is_told_and_can_be_undone()
    {
        await using var cluster = await WithPointsAsync();
        var restored = await cluster.RestoreAsync();
        await cluster.ReplaceCoordinatorAsync(nodes: null);

        var rebuilt = await cluster.Client.RebuildCatalogAsync(new RebuildCatalogRequest());
        var undone = await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        Assert.Equal(
            [("n1", restored.JobId, "swapped"), ("n2", restored.JobId, "swapped"), ("n3", restored.JobId, "swapped")],
            rebuilt.Clusters[0].Restores.Select(beside => (beside.Node, beside.Restore.JobId, beside.Restore.State)));
        Assert.True(undone.State == JobState.Succeeded, undone.ToString());
    }

    private static void Delete(AgentDouble agent, string point)
    {
        agent.Memory.Committed.TryRemove(point, out _);
        agent.Memory.Tombstones[point] = true;
    }

    private static async Task<TestCluster> WithPointsAsync()
    {
        var cluster = await TestCluster.StartAsync();
        foreach (var kind in (BackupKind[])[BackupKind.Full, BackupKind.Incremental])
        {
            var job = await cluster.BackUpAsync(kind);
            Assert.True(job.State == JobState.Succeeded, job.ToString());
        }

        return cluster;
    }
}
