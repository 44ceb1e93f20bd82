using Cairn.Agent.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.TestKit.Processes;
using Cairn.V1;

namespace Cairn.Agent.Tests.Restore;

/// <summary>A database that somebody starts after it was proved stopped and before the guards stand.</summary>
public sealed class ReturningDatabaseTests
{
    [Theory]
    [InlineData("exec sleep 600 < a/one.tssp", "has '")]
    [InlineData("exec sleep 600", "works in '")]
    public async Task It_is_noticed_its_data_go_back_to_their_place_and_the_swap_goes_on_once_it_has_ended(string does, string said)
    {
        await using var agent = await TestAgent.StartAsync();
        var wanted = Snapshot.Of(agent.Data);
        var point = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/later.tssp", "later");
        var live = Snapshot.Of(agent.Data);
        agent.StopDatabase();
        var database = new StartedAtStep($"exchange {agent.Data}", () => ChildProcess.Start("/bin/sh", ["-c", $"cd '{agent.Data}' && echo up && {does}"]));
        await agent.StopAsync();
        agent.Hook = database;
        await agent.StartAgainAsync();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));

        var refusal = await agent.RefusedAsync(agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) }));
        var meanwhile = Snapshot.Of(agent.Data);
        await database.Process.DisposeAsync();
        await agent.DoneAsync(agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) }));

        Assert.Equal("INSTANCE_RUNNING", refusal.Code);
        Assert.Contains("came back", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(live, meanwhile);
        Assert.Equal(wanted, Snapshot.Of(agent.Data));
    }

    /// <summary>Starts a process before the first step of that name.</summary>
    private sealed class StartedAtStep(string name, Func<ChildProcess> start) : IStepHook
    {
        private ChildProcess? process;

        public ChildProcess Process => process ?? throw new InvalidOperationException("the step never came");

        public void Before(string step)
        {
            if (process is null && step == name)
            {
                process = start();
                process.WaitForLineAsync(line => line == "up", "the database works in its directory", TimeSpan.FromSeconds(20), CancellationToken.None)
                    .GetAwaiter().GetResult();
            }
        }
    }
}
