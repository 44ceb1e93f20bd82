using Cairn.Coordinator.Tests.Doubles;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class LostTaskTests
{
    [Fact]
    public async Task A_task_of_which_nothing_moves_is_given_up_as_lost()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.StopCoordinatorAsync();
        cluster.Limits = cluster.Limits with { Stall = TimeSpan.FromSeconds(1) };
        await cluster.StartCoordinatorAsync();
        cluster["n2"].Script.Hold("copy");

        var job = await cluster.BackUpAsync();
        cluster["n2"].Script.Release("copy");

        Assert.Equal((JobState.Failed, "TASK_LOST", "n2"), (job.State, job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
    }

    [Fact]
    public async Task An_agent_that_is_away_for_a_while_is_told_of_in_the_job_s_events()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");

        await cluster["n2"].DieAsync();
        await cluster.HoldsAsync("its loss is noted", () => cluster.Catalog.Jobs
            .Events(Cairn.Shared.Identifiers.JobId.Parse(started.JobId)).Any(happened => happened.Text.Contains("it is waited for", StringComparison.Ordinal)));
        await cluster.ComeBackAsync("n2");
        cluster["n2"].Script.Release("copy");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Contains(job.Events, happened => happened.Node == "n2" && happened.Text.StartsWith("it answers again after", StringComparison.Ordinal));
    }
}
