using Cairn.Agent.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Agent.Tests.Service;

public sealed class StopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_watcher_of_a_task_that_runs_does_not_hold_up_the_agents_stop()
    {
        using var hook = new WaitingHook();
        await using var agent = await TestAgent.StartAsync(agent => agent.Hook = hook);
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var job = TestAgent.NewJob();
        await agent.DoneAsync(agent.Client.StageAsync(agent.StageRequest(job, point)));
        await agent.DoneAsync(agent.Client.DecideAsync(new DecideRequest { Header = agent.Header(job) }));
        var swap = await agent.Client.SwapAsync(new SwapRequest { Header = agent.Header(job) });
        using var watch = agent.Client.WatchTask(new WatchTaskRequest { TaskId = swap.TaskId });
        Assert.True(await watch.ResponseStream.MoveNext().WaitAsync(Limit));

        agent.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await watch.ResponseStream.ReadAllAsync().CountAsync().AsTask().WaitAsync(Limit));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        hook.Release();
    }

    // Holds the swap before its first step.
    private sealed class WaitingHook : IStepHook, IDisposable
    {
        private readonly ManualResetEventSlim released = new();

        public void Before(string step) => released.Wait(Limit);

        public void Release() => released.Set();

        public void Dispose() => released.Dispose();
    }
}
