using Cairn.Agent.Tests.Plain;
using Cairn.TestKit;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Cairn.Agent.Tests.Service;

public sealed class HealthTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_watcher_of_an_instance_is_told_when_its_database_stops()
    {
        var time = new ManualTimeProvider();
        await using var agent = await TestAgent.StartAsync(agent => agent.Time = time);
        var health = new Health.HealthClient(agent.Channel);
        await LookedAsync(health);
        using var watch = health.Watch(new HealthCheckRequest { Service = "engine/plain1" });
        Assert.True(await watch.ResponseStream.MoveNext().WaitAsync(Limit));
        var before = watch.ResponseStream.Current.Status;

        agent.StopDatabase();
        var next = watch.ResponseStream.MoveNext();
        await Eventually.HoldsAsync(
            "the next look at the database",
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(10));
                return next.IsCompleted;
            },
            Limit,
            CancellationToken.None);

        Assert.True(await next);
        Assert.Equal((ServingStatus.Serving, ServingStatus.NotServing), (before, watch.ResponseStream.Current.Status));
    }

    [Fact]
    public async Task An_instance_that_is_not_here_is_not_found()
    {
        await using var agent = await TestAgent.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => new Health.HealthClient(agent.Channel)
            .CheckAsync(new HealthCheckRequest { Service = "engine/other" }).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    // The agent looks at its instances by itself after it has started.
    private static Task LookedAsync(Health.HealthClient health) => Eventually.HoldsAsync(
        "the first look at the database",
        async token =>
        {
            try
            {
                await health.CheckAsync(new HealthCheckRequest { Service = "engine/plain1" }, cancellationToken: token);
                return null;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.NotFound)
            {
                return failure.Message;
            }
        },
        Limit,
        CancellationToken.None);
}
