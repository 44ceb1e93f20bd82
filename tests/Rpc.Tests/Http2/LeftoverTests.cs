using Grpc.Core;
using Grpc.Net.Client;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>
/// What many calls leave behind, on both sides, which are both in this process. Alone, because other tests' timers and memory
/// would be counted too.
/// </summary>
[Collection(nameof(Alone))]
public sealed class LeftoverTests : IDisposable
{
    /// <summary>A call that was kept, or its registration on the caller's token, would be ten thousand times a kilobyte and more.</summary>
    private const int KeptBytes = 4 << 20;

    private readonly CancellationTokenSource longLived = new();
    private int running;

    public void Dispose() => longLived.Dispose();

    [Fact]
    public async Task Ten_thousand_calls_one_after_the_other_share_a_connection_and_leave_nothing()
    {
        var connections = 0;
        await using var host = await StartAsync(() => Interlocked.Increment(ref connections));
        using var channel = host.OpenChannel();
        var client = new Probe.ProbeClient(channel);
        await RepeatAsync(500);
        var before = LiveBytes();
        var timers = Timer.ActiveCount;

        await RepeatAsync(10_000);

        await AssertNothingLeftAsync(channel, timers, before);
        Assert.Equal(1, connections);

        async Task RepeatAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await client.OneAsync(new Ask(), Options());
            }
        }
    }

    [Fact]
    public async Task A_thousand_calls_at_once_of_every_kind_and_end_leave_nothing()
    {
        await using var host = await StartAsync(() => { });
        using var channel = host.OpenChannel();
        var client = new Probe.ProbeClient(channel);
        await RepeatAsync(1000);
        var before = LiveBytes();
        var timers = Timer.ActiveCount;

        await RepeatAsync(1000);

        await AssertNothingLeftAsync(channel, timers, before);

        Task RepeatAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(i => CallAsync(client, i))).Soonish("all calls to end");
    }

    private static long LiveBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private async Task<ProbeHost> StartAsync(Action onConnection)
    {
        // Without a log, which would be the largest thing that is kept.
        var host = await ProbeHost.StartAsync(keepsLog: false, listen: listen => listen.Use(next => connection =>
        {
            onConnection();
            return next(connection);
        }));
        host.Behaviour.One = (ask, _) => RunAsync(() => ask.Count < 0
            ? throw new RpcException(new Status(StatusCode.NotFound, "none"))
            : Task.FromResult(new Answer()));
        host.Behaviour.Talk = (_, answers, context) => RunAsync(async () =>
        {
            await answers.WriteAsync(new Answer());
            await context.CancellationToken.Fires();
            return true;
        });
        return host;
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> method)
    {
        Interlocked.Increment(ref running);
        try
        {
            return await method();
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    private CallOptions Options() => new(
        deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1), cancellationToken: longLived.Token);

    // Well, with a failure, cancelled by the caller, and by the deadline.
    private async Task CallAsync(Probe.ProbeClient client, int number)
    {
        switch (number % 4)
        {
            case 0:
                await client.OneAsync(new Ask(), Options());
                break;
            case 1:
                await Assert.ThrowsAsync<RpcException>(() => client.OneAsync(new Ask { Count = -1 }, Options()).ResponseAsync);
                break;
            case 2:
                using (var call = client.Talk(Options()))
                {
                    Assert.True(await call.ResponseStream.MoveNext());
                }

                break;
            default:
                var soon = TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300);
                using (var call = client.Talk(Options().WithDeadline(soon)))
                {
                    await Assert.ThrowsAsync<RpcException>(async () => await call.ResponseStream.ReadAllAsync().CountAsync());
                }

                break;
        }
    }

    private async Task AssertNothingLeftAsync(GrpcChannel channel, long timers, long before)
    {
        Assert.Equal(0, channel.ActiveCalls);
        await Soon.Until(() => Volatile.Read(ref running) == 0, "all methods to have returned");
        await Soon.Until(() => Timer.ActiveCount <= timers, $"no more than {timers} timers");
        await Soon.Until(() => ThreadPool.PendingWorkItemCount == 0, "no work to wait");
        var kept = LiveBytes() - before;
        Assert.True(kept < KeptBytes, $"{kept >> 10} KiB kept");
    }
}
