using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Restores;

public sealed class StopAndStartTests
{
    private static readonly string[] All = ["stop", "stage", "decide", "swap", "start"];

    [Fact]
    public async Task A_restore_stops_before_it_stages_and_starts_when_all_is_in_place()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Request()));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal(All, Kinds(agent)));
    }

    [Fact]
    public async Task Nothing_is_stopped_or_started_that_was_not_asked_for()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();

        await cluster.RestoreAsync();

        Assert.All(cluster.Agents, agent => Assert.Equal(["stage", "decide", "swap"], Kinds(agent)));
    }

    [Fact]
    public async Task A_plan_that_stops_and_starts_has_another_hash_than_one_that_does_not()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();

        var plain = await cluster.Client.PlanRestoreAsync(RestoreFlowTests.Latest());
        var stopping = await cluster.Client.PlanRestoreAsync(Request());

        Assert.NotEqual(plain.PlanHash, stopping.PlanHash);
    }

    [Fact]
    public async Task A_node_that_cannot_be_stopped_fails_the_restore_and_the_others_are_started_again_over_their_old_data()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Fail("stop", ErrorCode.CommandFailed, "n2: the unit is masked");

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Request()));

        Assert.Equal(("COMMAND_FAILED", "n2"), (job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.DoesNotContain("stage", Kinds(agent)));
        Assert.All(cluster.Agents, agent => Assert.Contains("start", Kinds(agent)));
        Assert.Contains(job.Events, happened => happened.Text == "all instances run again over their old data");
    }

    [Fact]
    public async Task Instances_that_do_not_start_do_not_undo_the_restore_and_the_failure_says_where_the_data_are()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n3"].Script.Fail("start", ErrorCode.InstanceNotRunning, "n3: it was started and does not run");

        var job = await cluster.EndOfAsync(await cluster.BeginRestoreAsync(Request()));

        Assert.Equal(("INSTANCE_NOT_RUNNING", "n3"), (job.Error.Code, job.Error.Node));
        Assert.StartsWith("the restored data are in place", job.Error.Message, StringComparison.Ordinal);
        Assert.Contains("cairn restore undo", job.Error.WayOut, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.Equal("swapped", agent.Memory.Restores[job.JobId]));
    }

    [Fact]
    public async Task A_restart_of_the_coordinator_after_the_decision_does_not_forget_to_start()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("swap");
        var started = await cluster.BeginRestoreAsync(Request());
        await cluster.TookAsync("n2", "swap");

        await cluster.RestartCoordinatorAsync();
        cluster["n2"].Script.Release("swap");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal(All, Kinds(agent)));
    }

    private static RestoreRequest Request()
    {
        var request = RestoreFlowTests.Latest();
        request.Stop = true;
        request.Start = true;
        return request;
    }

    private static IReadOnlyList<string> Kinds(AgentDouble agent) =>
        [.. agent.Kinds().Where(kind => kind is "stop" or "stage" or "decide" or "swap" or "start")];
}
