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
    public async Task A_job_that_is_done_cannot_be_resumed()
    {
        await using var cluster = await StartAsync();
        var done = await cluster.BackUpAsync();

        var refusal = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = done.JobId }));

        Assert.Equal(ErrorCode.CannotResume, refusal.Code);
        Assert.Contains("has ended well", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_was_given_up_cannot_be_resumed_and_the_refusal_says_what_became_of_it_and_what_to_do()
    {
        await using var cluster = await StartAsync();
        cluster["n2"].Script.Hold("copy");
        cluster["n1"].Script.Hold("abort");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");
        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });

        var meanwhile = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = started.JobId }));
        cluster["n2"].Script.Release("copy");
        cluster["n1"].Script.Release("abort");
        var cancelled = await cluster.EndOfAsync(started);
        var afterwards = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = started.JobId }));

        Assert.Equal((JobState.Cancelled, true), (cancelled.State, cancelled.ResumableUntil is null));
        Assert.Equal((ErrorCode.CannotResume, ErrorCode.CannotResume), (meanwhile.Code, afterwards.Code));
        Assert.Contains("is being given up", meanwhile.Message, StringComparison.Ordinal);
        Assert.Contains($"cairn job wait {started.JobId}", meanwhile.WayOut, StringComparison.Ordinal);
        Assert.Contains("was given up, and what it had made is cleaned up", afterwards.Message, StringComparison.Ordinal);
        Assert.Contains($"cairn backup run {TestCluster.Name}", afterwards.WayOut, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task A_verification_that_was_given_up_cannot_be_resumed_and_is_run_anew()
    {
        await using var cluster = await StartAsync();
        await cluster.BackUpAsync();
        cluster["n2"].Script.Hold("verify");
        var started = await cluster.Client.VerifyBackupAsync(new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest" });
        await cluster.TookAsync("n2", "verify");
        var running = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = started.JobId }));
        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        await cluster.EndOfAsync(started);
        cluster["n2"].Script.Release("verify");

        var refusal = await Refusal.OfAsync(cluster.Client.ResumeJobAsync(new ResumeJobRequest { JobId = started.JobId }));

        Assert.Equal((ErrorCode.CannotResume, ErrorCode.CannotResume), (running.Code, refusal.Code));
        Assert.Contains("runs", running.Message, StringComparison.Ordinal);
        Assert.Contains($"cairn job watch {started.JobId}", running.WayOut, StringComparison.Ordinal);
        Assert.Contains("was given up", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"cairn backup verify {TestCluster.Name}", refusal.WayOut, StringComparison.Ordinal);
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
