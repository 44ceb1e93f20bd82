using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using static Cairn.Coordinator.Tests.Restores.RestoreFlowTests;

namespace Cairn.Coordinator.Tests.Restores;

public sealed class RestoreDeathTests
{
    [Theory]
    [InlineData("stage")]
    [InlineData("decide")]
    [InlineData("swap")]
    public async Task A_restore_outlives_the_restart_of_its_coordinator_in_every_phase(string phase)
    {
        await using var cluster = await WithPointAsync();
        cluster["n2"].Script.Hold(phase);
        var started = await cluster.BeginRestoreAsync(Latest());
        await cluster.TookAsync("n2", phase);

        await cluster.RestartCoordinatorAsync();
        cluster["n2"].Script.Release(phase);
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal(["stage", "decide", "swap"], RestoreKinds(agent)));
    }

    [Fact]
    public async Task A_node_that_is_away_after_the_decision_is_brought_forward_when_it_is_back()
    {
        await using var cluster = await DecidedWithoutN3Async();
        var restore = (await cluster.Client.ListJobsAsync(new ListJobsRequest())).Jobs[0];

        var backup = await Refusal.OfAsync(
            cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name }));
        await cluster.ComeBackAsync("n3");
        cluster["n3"].Script.Release("decide");
        await cluster.HoldsAsync(
            "n3 has swapped", () => cluster["n3"].Memory.Restores.GetValueOrDefault(restore.JobId) == "swapped");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal(("AGENT_UNREACHABLE", "n3"), (restore.Error.Code, restore.Error.Node));
        Assert.Equal(ErrorCode.ClusterLocked, backup.Code);
        Assert.Contains("not yet in place on n3", backup.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task An_undo_of_a_half_done_restore_removes_the_stage_where_nothing_was_decided()
    {
        await using var cluster = await DecidedWithoutN3Async();
        var restore = (await cluster.Client.ListJobsAsync(new ListJobsRequest())).Jobs[0];

        // It comes back without having heard of the decision, and is kept from hearing of it: to a node that a new
        // coordinator has not heard from nothing is delivered.
        await cluster.RestartCoordinatorAsync();
        cluster["n3"].Memory.Tasks.Clear();
        cluster["n3"].Memory.Received.Clear();
        cluster["n3"].Memory.Restores[restore.JobId] = "staged";
        foreach (var command in cluster.Catalog.Owed.All())
        {
            cluster.Catalog.Owed.Remove(command.Id);
        }

        await cluster.ComeBackAsync("n3");
        var undo = await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        Assert.True(undo.State == JobState.Succeeded, undo.ToString());
        Assert.Equal("undone", cluster["n1"].Memory.Restores[restore.JobId]);
        Assert.Equal(["discard"], RestoreKinds(cluster["n3"]));
        Assert.Equal(GetDecisionResponse.Types.Decision.Aborted, await DecisionAsync(cluster, restore));
    }

    [Fact]
    public async Task An_undo_passes_over_a_node_that_has_nothing_of_the_restore_any_more()
    {
        await using var cluster = await WithPointAsync();
        var restore = await cluster.RestoreAsync();
        cluster["n2"].Memory.Restores.Clear();

        var undo = await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        Assert.True(undo.State == JobState.Succeeded, undo.ToString());
        Assert.Equal("undone", cluster["n3"].Memory.Restores[restore.JobId]);
        Assert.Equal(["stage", "decide", "swap"], RestoreKinds(cluster["n2"]));
    }

    [Fact]
    public async Task A_swap_that_fails_is_tried_again_because_only_forward_is_left()
    {
        await using var cluster = await WithPointAsync();
        cluster["n2"].Script.Fail("swap", ErrorCode.InstanceRunning, "n2: process 9 was started", times: 2);

        var job = await cluster.RestoreAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(3, cluster["n2"].Kinds().Count(kind => kind == "swap"));
        Assert.Contains(job.Events, said => said.Node == "n2" && said.Text.Contains("process 9", StringComparison.Ordinal));
    }

    private static async Task<TestCluster> DecidedWithoutN3Async()
    {
        var cluster = await WithPointAsync();
        await cluster.StopCoordinatorAsync();
        cluster.Limits = cluster.Limits with { Patience = TimeSpan.FromSeconds(1) };
        await cluster.StartCoordinatorAsync();
        cluster["n3"].Script.Hold("decide");
        var started = await cluster.BeginRestoreAsync(Latest());
        await cluster.TookAsync("n3", "decide");
        await cluster["n3"].DieAsync();
        var job = await cluster.EndOfAsync(started);
        Assert.Equal(JobState.Failed, job.State);
        return cluster;
    }
}
