using Cairn.Agent.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.TestKit;
using Cairn.V1;

namespace Cairn.Agent.Tests.Restore;

public sealed class RestoreRecoveryTests
{
    [Fact]
    public async Task An_agent_that_dies_anywhere_in_a_decided_swap_rolls_forward_by_itself_at_its_next_start()
    {
        await using var agent = await TestAgent.StartAsync();
        var wanted = Snapshot.Of(agent.Data);
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        for (var step = 0; ; step += 2)
        {
            agent.Files.Write("db/data/a/later.tssp", $"later {step}");
            var job = TestAgent.NewJob();
            await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
            await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));
            await agent.StopAsync();
            var hook = new FailingHook(step);
            agent.Hook = hook;
            await agent.StartAgainAsync();

            await agent.StopAsync();
            agent.Hook = new NoHook();
            await agent.StartAgainAsync();

            Assert.Equal(wanted, Snapshot.Of(agent.Data));
            var remnants = (await agent.Client.DescribeAsync(new DescribeRequest())).Remnants;
            Assert.Equal("swapped", remnants.Single(remnant => remnant.JobId == job).State);
            if (!hook.HasDied)
            {
                Assert.True(step > 5, "the loop never let it die");
                return;
            }
        }
    }

    [Fact]
    public async Task An_undo_that_was_cut_off_is_finished_at_the_next_start()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/later.tssp", "later");
        var old = Snapshot.Of(agent.Data);
        agent.StopDatabase();
        var job = await agent.RestoreAsync(point);
        await agent.StopAsync();
        agent.Hook = new FailingHook(3);
        await agent.StartAgainAsync();

        var failed = await agent.EndOfAsync(await agent.Client.UndoAsync(
            new UndoRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = job }));
        await agent.StopAsync();
        agent.Hook = new NoHook();
        await agent.StartAgainAsync();

        Assert.Equal(TaskState.Failed, failed.State);
        Assert.Equal(old, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task An_agent_in_doubt_asks_the_coordinator_and_goes_forward_when_it_was_decided()
    {
        await using var coordinator = await TestCoordinator.StartAsync(GetDecisionResponse.Types.Decision.Decided);
        await using var agent = await TestAgent.StartAsync(agent => agent.Coordinator = coordinator.Address);
        var wanted = Snapshot.Of(agent.Data);
        var point = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/later.tssp", "later");
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));

        await agent.StopAsync();
        await agent.StartAgainAsync();

        await StateIsAsync(agent, job, "swapped");
        Assert.Equal(wanted, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task An_agent_in_doubt_removes_its_stage_when_it_was_aborted_and_leaves_live_data_alone()
    {
        await using var coordinator = await TestCoordinator.StartAsync(GetDecisionResponse.Types.Decision.Aborted);
        await using var agent = await TestAgent.StartAsync(agent => agent.Coordinator = coordinator.Address);
        var point = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/later.tssp", "later");
        var live = Snapshot.Of(agent.Data);
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));

        await agent.StopAsync();
        await agent.StartAgainAsync();

        await StateIsAsync(agent, job, state: null);
        await Eventually.HoldsAsync(
            "the stage is gone",
            () => !Directory.Exists(agent.Files.At("db", ".cairn")),
            TimeSpan.FromSeconds(20),
            CancellationToken.None);
        Assert.Equal(live, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task An_agent_in_doubt_whose_coordinator_knows_nothing_keeps_stage_and_live_data()
    {
        await using var coordinator = await TestCoordinator.StartAsync(GetDecisionResponse.Types.Decision.UnknownJob);
        await using var agent = await TestAgent.StartAsync(agent => agent.Coordinator = coordinator.Address);
        var point = await agent.BackUpAsync();
        var live = Snapshot.Of(agent.Data);
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        await agent.StopAsync();
        var askedBefore = coordinator.DecisionsAsked;
        await agent.StartAgainAsync();

        await Eventually.HoldsAsync(
            "the agent asks twice", () => coordinator.DecisionsAsked >= askedBefore + 2, TimeSpan.FromSeconds(20), CancellationToken.None);

        await StateIsAsync(agent, job, "staged");
        Assert.Equal(live, Snapshot.Of(agent.Data));
    }

    private static Task StateIsAsync(TestAgent agent, string job, string? state) => Eventually.HoldsAsync(
        $"restore {job} is {state ?? "gone"}",
        async token =>
        {
            var description = await agent.Client.DescribeAsync(new DescribeRequest(), cancellationToken: token);
            var seen = description.Remnants.SingleOrDefault(remnant => remnant.JobId == job)?.State;
            return seen == state ? null : $"it is {seen ?? "gone"}";
        },
        TimeSpan.FromSeconds(20),
        CancellationToken.None);
}
