using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Tests.Restores;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class CancelTests
{
    public static TheoryData<string> BeforeTheCommit => new() { "capture logs", "copy", "end", "prepare" };

    [Theory]
    [MemberData(nameof(BeforeTheCommit))]
    public async Task A_backup_that_is_given_up_leaves_no_point_and_frees_the_cluster(string phase)
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold(phase);
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", phase);

        var answer = await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        var job = await cluster.EndOfAsync(started);
        cluster["n2"].Script.Release(phase);

        Assert.Contains(answer.State, new[] { JobState.Cancelling, JobState.Cancelled });
        Assert.True(job.State == JobState.Cancelled, job.ToString());
        Assert.Equal("JOB_CANCELLED", job.Error.Code);
        Assert.Contains(job.Events, happened => happened.Text == "insecure gave it up");
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Committed));
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task A_backup_that_commits_cannot_be_given_up_any_more()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("commit");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "commit");

        var refusal = await Refusal.OfAsync(cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId }));
        cluster["n2"].Script.Release("commit");
        var job = await cluster.EndOfAsync(started);

        Assert.Equal(ErrorCode.CannotCancel, refusal.Code);
        Assert.Equal(JobState.Succeeded, job.State);
    }

    [Fact]
    public async Task A_job_that_has_ended_cannot_be_given_up()
    {
        await using var cluster = await TestCluster.StartAsync();
        var ended = await cluster.BackUpAsync();

        var refusal = await Refusal.OfAsync(cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = ended.JobId }));

        Assert.Equal(ErrorCode.CannotCancel, refusal.Code);
        Assert.Equal(JobState.Succeeded, (await cluster.Client.GetJobAsync(new GetJobRequest { JobId = ended.JobId })).State);
    }

    [Fact]
    public async Task A_job_that_never_was_is_unknown_to_who_gives_it_up_and_told_how_to_list_those_there_are()
    {
        await using var cluster = await TestCluster.StartAsync();

        var refusal = await Refusal.OfAsync(cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = "01234567-89ab-4cde-8f01-23456789abcd" }));

        Assert.Equal(ErrorCode.UnknownJob, refusal.Code);
        Assert.Contains("01234567-89ab-4cde-8f01-23456789abcd", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("cairn job list", refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_that_is_given_up_before_it_is_decided_removes_its_stage_and_swaps_nothing()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("stage");
        cluster["n2"].Script.Hold("discard");
        var started = await cluster.BeginRestoreAsync(RestoreFlowTests.Latest());
        await cluster.TookAsync("n2", "stage");

        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        cluster["n2"].Script.Release("discard");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Cancelled, job.ToString());
        Assert.Single(job.Events, happened => happened.Text == "insecure gave it up");
        Assert.All(cluster.Agents, agent => Assert.Contains("discard", agent.Kinds()));
        Assert.All(cluster.Agents, agent => Assert.DoesNotContain("swap", agent.Kinds()));
    }

    [Fact]
    public async Task A_restore_that_is_decided_goes_forward()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("swap");
        var started = await cluster.BeginRestoreAsync(RestoreFlowTests.Latest());
        await cluster.TookAsync("n2", "swap");

        var refusal = await Refusal.OfAsync(cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId }));
        cluster["n2"].Script.Release("swap");
        var job = await cluster.EndOfAsync(started);

        Assert.Equal(ErrorCode.CannotCancel, refusal.Code);
        Assert.Equal(JobState.Succeeded, job.State);
    }

    [Fact]
    public async Task A_job_that_was_given_up_stays_so_over_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("copy");
        cluster["n1"].Script.Hold("abort");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");
        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        await cluster.TookAsync("n1", "abort");

        await cluster.RestartCoordinatorAsync();
        cluster["n1"].Script.Release("abort");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Cancelled, job.ToString());
        Assert.Equal("JOB_CANCELLED", job.Error.Code);
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Committed));
    }

    [Fact]
    public async Task A_verify_that_is_given_up_ends_what_the_nodes_read()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("verify");
        var started = await cluster.Client.VerifyBackupAsync(
            new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest", Level = VerifyLevel.Hash });
        await cluster.TookAsync("n2", "verify");

        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Cancelled, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Contains("end-tasks", agent.Kinds()));
    }

    [Fact]
    public async Task An_undo_goes_to_its_end_once_it_has_begun()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        await cluster.RestoreAsync();
        cluster["n2"].Script.Hold("undo");
        var started = await cluster.BeginUndoAsync();
        await cluster.TookAsync("n2", "undo");

        var refusal = await Refusal.OfAsync(cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId }));
        cluster["n2"].Script.Release("undo");
        var job = await cluster.EndOfAsync(started);

        Assert.Equal(ErrorCode.CannotCancel, refusal.Code);
        Assert.Contains("an undo, which goes to its end", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, job.State);
    }
}
