using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class ResumeTests
{
    [Fact]
    public async Task A_backup_that_failed_while_it_copied_is_resumed_and_only_the_node_that_failed_copies_again()
    {
        await using var cluster = await StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");
        var failed = await cluster.BackUpAsync();
        var kindsBefore = cluster["n1"].Kinds();

        var job = await cluster.EndOfAsync(await cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = failed.JobId }));

        Assert.Equal((JobState.Failed, "NO_SPACE"), (failed.State, failed.Error.Code));
        Assert.NotNull(failed.ResumableUntil);
        Assert.DoesNotContain("abort", kindsBefore);
        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal((failed.JobId, failed.PointId), (job.JobId, job.PointId));
        Assert.Contains(job.Events, happened => happened.Text == "insecure resumed it");
        Assert.All(cluster.Agents, agent => Assert.Equal([job.PointId], agent.Memory.Committed.Keys));
        Assert.Equal([1, 2, 1], cluster.Agents.Select(agent => agent.Kinds().Count(kind => kind == "copy")));
        Assert.All(cluster.Agents, agent => Assert.Equal(1, agent.Kinds().Count(kind => kind == "capture data")));
        Assert.Empty(cluster.Catalog.Owed.All());
    }

    [Fact]
    public async Task A_backup_that_can_be_resumed_does_not_hold_the_cluster_and_gives_way_to_another()
    {
        await using var cluster = await StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");
        var failed = await cluster.BackUpAsync();

        var next = await cluster.BackUpAsync();
        var refusal = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = failed.JobId }));

        Assert.True(next.State == JobState.Succeeded, next.ToString());
        Assert.Equal(ErrorCode.CannotResume, refusal.Code);
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.All(cluster.Agents, agent => Assert.Equal([next.PointId], agent.Memory.Committed.Keys));
    }

    [Fact]
    public async Task Nobody_resumed_it_in_time_so_it_is_swept()
    {
        await using var cluster = await StartAsync(TimeSpan.FromSeconds(1));
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");

        var failed = await cluster.BackUpAsync();
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);
        var refusal = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = failed.JobId }));

        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.Equal(ErrorCode.CannotResume, refusal.Code);
    }

    [Fact]
    public async Task A_job_that_can_be_resumed_can_be_so_after_a_restart_of_the_coordinator()
    {
        await using var cluster = await StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");
        var failed = await cluster.BackUpAsync();

        await cluster.RestartCoordinatorAsync();
        var job = await cluster.EndOfAsync(await cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = failed.JobId }));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
    }

    [Fact]
    public async Task A_capture_that_holds_the_database_open_is_not_kept()
    {
        await using var cluster = await StartAsync();
        cluster["n3"].Script.HoldsDatabase = true;
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");

        var failed = await cluster.BackUpAsync();

        Assert.Null(failed.ResumableUntil);
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
    }

    [Fact]
    public async Task A_job_that_was_given_up_or_is_done_cannot_be_resumed()
    {
        await using var cluster = await StartAsync();
        var done = await cluster.BackUpAsync();

        var refusal = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = done.JobId }));

        Assert.Equal(ErrorCode.CannotResume, refusal.Code);
        Assert.Contains("succeeded", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<TestCluster> StartAsync(TimeSpan? window = null)
    {
        var cluster = await TestCluster.StartAsync();
        await cluster.StopCoordinatorAsync();
        cluster.Limits = cluster.Limits with { Resume = window ?? TimeSpan.FromMinutes(5) };
        await cluster.StartCoordinatorAsync();
        return cluster;
    }
}
