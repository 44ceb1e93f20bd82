using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class CaptureAgainTests
{
    [Fact]
    public async Task A_cut_that_does_not_fit_is_captured_again_and_then_taken()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Verdicts.Enqueue(new CheckCutResult { Findings = { "n2 is ahead of n1 and n3" } });

        var job = await cluster.BackUpAsync();

        Assert.Equal(JobState.Succeeded, job.State);
        var attempts = Captures(cluster["n2"], "data").Select(capture => capture.Attempt);
        Assert.Equal([1, 2], attempts);
        Assert.Contains(job.Events, said => said.Text.Contains("n2 is ahead", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cut_that_does_not_fit_three_times_fails_the_job_and_cleans_up()
    {
        await using var cluster = await TestCluster.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            cluster["n1"].Script.Verdicts.Enqueue(new CheckCutResult { Findings = { "n2 is ahead" } });
        }

        var job = await cluster.BackUpAsync();

        Assert.Equal("CUT_INCONSISTENT", job.Error.Code);
        Assert.Equal(3, Captures(cluster["n3"], "logs").Count());
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.DoesNotContain("copy", cluster["n1"].Kinds());
    }

    [Fact]
    public async Task A_copy_that_lost_what_the_database_held_open_for_it_is_begun_again_with_its_capture()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.CaptureUnstable, "the session was ended");

        var job = await cluster.BackUpAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal([1, 2], Captures(cluster["n1"], "data").Select(capture => capture.Attempt));
        Assert.Equal(2, cluster["n2"].Kinds().Count(kind => kind == "copy"));
        Assert.Contains(job.Events, said => said.Text.Contains("the session was ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_leader_moved_during_its_step_only_the_metadata_are_captured_again_on_the_new_one()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Fail("capture metadata", ErrorCode.LeaderMoved, "n1 leads no more");
        cluster["n1"].Script.Hold("capture metadata");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n1", "capture metadata");
        cluster.Lead("n3");
        cluster["n1"].Script.Release("capture metadata");

        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Single(Captures(cluster["n2"], "data"));
        Assert.Equal(2, Captures(cluster["n3"], "metadata").Single().Attempt);
        Assert.NotNull(cluster["n1"].Memory.ForeignMetadata);
        Assert.Null(cluster["n3"].Memory.ForeignMetadata);
    }

    [Fact]
    public async Task A_leader_that_moved_after_its_step_is_found_by_looking_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.OnSuccess = (kind, request, _) =>
        {
            if (request is CaptureRequest { Step: "metadata" })
            {
                cluster.Lead("n2");
            }
        };

        var job = await cluster.BackUpAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Single(Captures(cluster["n2"], "metadata"));
        var parts = cluster["n1"].Memory.Committed[job.PointId].Summary.Nodes;
        Assert.Equal(["n2"], parts.Where(part => part.HasMetadata).Select(part => part.Node));
    }

    [Fact]
    public async Task A_leader_that_keeps_moving_fails_the_job()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Fail("capture metadata", ErrorCode.LeaderMoved, "n1 leads no more", times: 10);

        var job = await cluster.BackUpAsync();

        Assert.Equal("LEADER_MOVED", job.Error.Code);
        Assert.Equal([1, 2, 3], Captures(cluster["n1"], "metadata").Select(capture => capture.Attempt));
    }

    [Fact]
    public async Task A_member_that_dies_while_its_cluster_is_captured_fails_the_job()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.OnSuccess = (kind, request, _) =>
        {
            if (request is CaptureRequest { Step: "data" })
            {
                cluster["n1"].Instance.View.Members.Single(member => member.Address == "n3:2").Alive = false;
            }
        };

        var job = await cluster.BackUpAsync();

        Assert.Equal(("MEMBER_DEAD", "n3"), (job.Error.Code, job.Error.Node));
        Assert.DoesNotContain("copy", cluster["n1"].Kinds());
    }

    private static IEnumerable<CaptureRequest> Captures(AgentDouble agent, string step) => agent.Memory.Received
        .Select(received => received.Request)
        .OfType<CaptureRequest>()
        .Where(capture => capture.Step == step);
}
