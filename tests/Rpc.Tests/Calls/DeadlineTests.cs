using Cairn.TestKit;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class DeadlineTests
{
    private static DateTime In(TimeSpan term) => TimeProvider.System.GetUtcNow().UtcDateTime + term;

    [Fact]
    public async Task A_deadline_that_passes_ends_the_call_on_both_sides()
    {
        await using var host = await ProbeHost.StartAsync();
        var isCancelled = new TaskCompletionSource();
        host.Behaviour.One = async (_, context) =>
        {
            await context.CancellationToken.Fires();
            isCancelled.SetResult();
            context.CancellationToken.ThrowIfCancellationRequested();
            return new Answer();
        };

        using var call = host.OpenClient().OneAsync(new Ask(), deadline: In(TimeSpan.FromMilliseconds(300)));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        await isCancelled.Task.Soonish("the server's token to fire");
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task A_deadline_in_the_past_fails_without_sending()
    {
        await using var host = await ProbeHost.StartAsync();
        var isCalled = false;
        host.Behaviour.One = (_, _) =>
        {
            isCalled = true;
            return Task.FromResult(new Answer());
        };

        using var call = host.OpenClient().OneAsync(new Ask(), deadline: In(TimeSpan.FromSeconds(-1)));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.StatusCode, isCalled));
    }

    [Fact]
    public async Task A_tiny_deadline_fails_a_sleeping_server()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, _, context) => await context.CancellationToken.Fires();

        using var call = host.OpenClient().Talk(deadline: In(TimeSpan.FromMilliseconds(1)));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext().Soonish("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_deadline_that_is_not_in_utc_is_refused()
    {
        await using var host = await ProbeHost.StartAsync();
        var local = DateTime.SpecifyKind(In(TimeSpan.FromHours(1)), DateTimeKind.Local);

        Assert.Throws<InvalidOperationException>(() => host.OpenClient().OneAsync(new Ask(), deadline: local));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(365 * 2)]
    [InlineData(365 * 200)]
    public async Task A_far_deadline_reaches_the_server_and_hurts_nobody(int days)
    {
        await using var host = await ProbeHost.StartAsync();
        var seen = DateTime.MinValue;
        host.Behaviour.One = (_, context) =>
        {
            seen = context.Deadline;
            return Task.FromResult(new Answer());
        };

        await host.OpenClient().OneAsync(new Ask(), deadline: In(TimeSpan.FromDays(days)));

        Assert.True(seen >= In(TimeSpan.FromDays(Math.Min(days, 1150))) - TimeSpan.FromMinutes(1));
        Assert.Equal(DateTimeKind.Utc, seen.Kind);
    }

    [Fact]
    public async Task The_latest_possible_deadline_is_none()
    {
        await using var host = await ProbeHost.StartAsync();
        var seen = DateTime.MinValue;
        host.Behaviour.One = (_, context) =>
        {
            seen = context.Deadline;
            return Task.FromResult(new Answer());
        };

        await host.OpenClient().OneAsync(new Ask(), deadline: DateTime.MaxValue);

        Assert.Equal(DateTime.MaxValue, seen);
    }

    [Fact]
    public async Task The_client_ends_its_call_by_its_own_clock()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (_, context) =>
        {
            await context.CancellationToken.Fires();
            return new Answer();
        };
        var time = new ManualTimeProvider();

        using var call = host.OpenClient(options => options.Time = time)
            .OneAsync(new Ask(), deadline: time.GetUtcNow().UtcDateTime + TimeSpan.FromDays(100));
        time.Advance(TimeSpan.FromDays(99));
        Assert.False(call.ResponseAsync.IsCompleted);
        time.Advance(TimeSpan.FromDays(2));

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the deadline"));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task The_server_sends_the_deadlines_status_though_its_method_goes_on()
    {
        var time = new ManualTimeProvider();
        await using var host = await ProbeHost.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var (isIn, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var late = new TaskCompletionSource<Exception?>();
        host.Behaviour.Spread = async (_, answers, _) =>
        {
            await answers.WriteAsync(new Answer { Count = 1 });
            isIn.SetResult();
            await goOn.Task;
            late.SetResult(await Record.ExceptionAsync(() => answers.WriteAsync(new Answer { Count = 2 })));
        };
        var raw = RawCall.SendAsync(
            host.Address, RawCall.Frame(new Ask()), "/rpc.tests.Probe/Spread", headers: ("grpc-timeout", "10S"));
        await isIn.Task.Soonish("the method to run");

        time.Advance(TimeSpan.FromSeconds(11));
        var response = await raw.Soonish("the response");
        goOn.SetResult();

        Assert.Equal("4", response.GrpcStatus);
        Assert.IsType<OperationCanceledException>(await late.Task.Soonish("the late write"), exactMatch: false);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task A_read_on_the_server_ends_when_the_deadline_passes()
    {
        var time = new ManualTimeProvider();
        await using var host = await ProbeHost.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var isIn = new TaskCompletionSource();
        var outcome = new TaskCompletionSource<Exception?>();
        host.Behaviour.Collect = async (asks, _) =>
        {
            isIn.SetResult();
            outcome.SetResult(await Record.ExceptionAsync(() => asks.MoveNext()));
            return new Answer();
        };
        using var call = host.OpenClient().Collect(deadline: In(TimeSpan.FromHours(1)));
        await isIn.Task.Soonish("the method to run");

        time.Advance(TimeSpan.FromHours(2));

        Assert.IsType<OperationCanceledException>(await outcome.Task.Soonish("the read to end"), exactMatch: false);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the status"));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_deadline_before_any_output_is_answered_in_trailers_only()
    {
        var time = new ManualTimeProvider();
        await using var host = await ProbeHost.StartAsync(services: s => s.AddSingleton<TimeProvider>(time));
        var isIn = new TaskCompletionSource();
        host.Behaviour.One = async (_, context) =>
        {
            isIn.SetResult();
            await context.CancellationToken.Fires();
            return new Answer();
        };
        var raw = RawCall.SendAsync(host.Address, RawCall.Frame(new Ask()), headers: ("grpc-timeout", "10S"));
        await isIn.Task.Soonish("the method to run");

        time.Advance(TimeSpan.FromSeconds(10));

        var response = await raw.Soonish("the response");
        Assert.Equal(("4", true), (response.GrpcStatus, response.IsTrailersOnly));
    }

    [Fact]
    public async Task With_the_option_a_passed_deadline_is_an_operation_canceled()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (_, context) =>
        {
            await context.CancellationToken.Fires();
            return new Answer();
        };

        using var call = host.OpenClient(options => options.ThrowOperationCanceledOnCancellation = true)
            .OneAsync(new Ask(), deadline: In(TimeSpan.FromMilliseconds(50)));

        await Assert.ThrowsAsync<OperationCanceledException>(() => call.ResponseAsync.Soonish("the deadline"));
    }

    [Fact]
    public async Task With_the_option_a_deadline_that_passed_at_the_server_first_is_an_operation_canceled_too()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, _) => throw new RpcException(new Status(StatusCode.DeadlineExceeded, "passed"));
        host.Behaviour.Talk = (_, _, _) => throw new RpcException(new Status(StatusCode.DeadlineExceeded, "passed"));
        var client = host.OpenClient(options => options.ThrowOperationCanceledOnCancellation = true);

        using var one = client.OneAsync(new Ask());
        using var talk = client.Talk();

        await Assert.ThrowsAsync<OperationCanceledException>(() => one.ResponseAsync.Soonish("the status"));
        await Assert.ThrowsAsync<OperationCanceledException>(() => talk.ResponseStream.MoveNext().Soonish("the status"));
    }
}
