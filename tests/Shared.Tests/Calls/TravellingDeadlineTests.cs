using Cairn.V1;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Cairn.Shared.Tests.Calls;

public sealed class TravellingDeadlineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Asked = TimeSpan.FromMinutes(10);

    // A deadline travels as the time that is left, and hosts need their time to say so.
    private static readonly TimeSpan OnTheWay = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("unary")]
    [InlineData("client streaming")]
    [InlineData("server streaming")]
    [InlineData("duplex streaming")]
    public async Task A_call_made_while_serving_one_has_the_time_that_one_has_left(string kind)
    {
        await using var servers = await TwoServers.StartAsync();
        servers.Front = _ => CallAsync(kind, servers.Back, default);

        var (asked, seen) = await AskAsync(servers, Asked);

        Assert.InRange(seen, asked - OnTheWay, asked + OnTheWay);
    }

    [Fact]
    public async Task A_method_that_streams_its_answer_passes_its_deadline_on_too()
    {
        await using var servers = await TwoServers.StartAsync();
        servers.Front = _ => CallAsync("unary", servers.Back, default);
        var asked = Now + Asked;
        using var call = servers.Client.WatchTask(new WatchTaskRequest(), deadline: asked);

        var seen = await servers.Arrived.Task.WaitAsync(Limit);

        Assert.InRange(seen, asked - OnTheWay, asked + OnTheWay);
    }

    [Fact]
    public async Task A_shorter_deadline_of_its_own_is_kept_and_a_longer_one_is_not()
    {
        await using var servers = await TwoServers.StartAsync();
        await using var others = await TwoServers.StartAsync();
        servers.Front = _ => CallAsync("unary", servers.Back, new CallOptions(deadline: Now + (Asked / 2)));
        others.Front = _ => CallAsync("unary", others.Back, new CallOptions(deadline: Now + (Asked * 10)));

        var (asked, shorter) = await AskAsync(servers, Asked);
        var (_, longer) = await AskAsync(others, Asked);

        Assert.InRange(shorter, asked - (Asked / 2) - OnTheWay, asked - (Asked / 2) + OnTheWay);
        Assert.InRange(longer, asked - OnTheWay, asked + OnTheWay);
    }

    [Fact]
    public async Task A_call_that_is_served_without_a_deadline_gives_none()
    {
        await using var servers = await TwoServers.StartAsync();
        servers.Front = _ => CallAsync("unary", servers.Back, default);
        using var call = servers.Client.DescribeAsync(new DescribeRequest());

        Assert.Equal(DateTime.MaxValue, await servers.Arrived.Task.WaitAsync(Limit));
    }

    [Theory]
    [InlineData("unary", true)]
    [InlineData("unary", false)]
    [InlineData("client streaming", true)]
    [InlineData("server streaming", true)]
    [InlineData("duplex streaming", true)]
    public async Task A_caller_that_goes_cancels_what_is_called_for_it(string kind, bool hasTokenOfItsOwn)
    {
        await using var servers = await TwoServers.StartAsync();
        using var own = new CancellationTokenSource();
        servers.Front = _ => CallAsync(
            kind, servers.Back, hasTokenOfItsOwn ? new CallOptions(cancellationToken: own.Token) : default);
        var call = servers.Client.DescribeAsync(new DescribeRequest());
        await servers.Arrived.Task.WaitAsync(Limit);

        call.Dispose();

        await servers.Cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task The_token_of_a_call_still_cancels_it()
    {
        await using var servers = await TwoServers.StartAsync();
        using var own = new CancellationTokenSource();
        servers.Front = _ => CallAsync("unary", servers.Back, new CallOptions(cancellationToken: own.Token));
        using var call = servers.Client.DescribeAsync(new DescribeRequest());
        await servers.Arrived.Task.WaitAsync(Limit);

        await own.CancelAsync();

        await servers.Cancelled.Task.WaitAsync(Limit);
    }

    [Fact]
    public async Task Work_that_goes_on_after_its_method_has_returned_is_bound_to_nothing()
    {
        await using var servers = await TwoServers.StartAsync();
        var returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var afterwards = Task.CompletedTask;
        servers.Front = _ =>
        {
            afterwards = Task.Run(async () =>
            {
                await returned.Task;
                await CallAsync("unary", servers.Back, new CallOptions(cancellationToken: stop.Token));
            });
            return Task.CompletedTask;
        };
        await servers.Client.DescribeAsync(new DescribeRequest(), deadline: Now + Asked);

        returned.SetResult();

        Assert.Equal(DateTime.MaxValue, await servers.Arrived.Task.WaitAsync(Limit));
        await stop.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => afterwards.WaitAsync(Limit));
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private static async Task<(DateTime Asked, DateTime Seen)> AskAsync(TwoServers servers, TimeSpan term)
    {
        var asked = Now + term;
        using var call = servers.Client.DescribeAsync(new DescribeRequest(), deadline: asked);
        return (asked, await servers.Arrived.Task.WaitAsync(Limit));
    }

    private static async Task CallAsync(string kind, CallInvoker back, CallOptions options)
    {
        var agent = new Agent.AgentClient(back);
        switch (kind)
        {
            case "unary":
                await agent.DescribeAsync(new DescribeRequest(), options);
                break;
            case "client streaming":
                using (var call = agent.PutMetadata(options))
                {
                    await call;
                }

                break;
            case "server streaming":
                using (var call = agent.WatchTask(new WatchTaskRequest(), options))
                {
                    await call.ResponseStream.MoveNext();
                }

                break;
            default:
                using (var call = new ServerReflection.ServerReflectionClient(back).ServerReflectionInfo(options))
                {
                    await call.ResponseStream.MoveNext();
                }

                break;
        }
    }
}
