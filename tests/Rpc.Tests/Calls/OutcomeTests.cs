using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class OutcomeTests
{
    [Fact]
    public async Task A_thrown_status_reaches_the_client_with_its_trailers()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, context) =>
        {
            context.ResponseTrailers.Add("x-set", "before");
            throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "tab\t, cr lf \r\n, ☺ and 😈, 100 %"),
                new Metadata { { "x-thrown", "with it" }, { "x-bytes-bin", [0xAB, 0xAB, 0xAB] } });
        };

        var failure = await FailureOfOneAsync(host);

        Assert.Equal(new Status(StatusCode.FailedPrecondition, "tab\t, cr lf \r\n, ☺ and 😈, 100 %"), failure.Status);
        Assert.Equal("before", failure.Trailers.GetValue("x-set"));
        Assert.Equal("with it", failure.Trailers.GetValue("x-thrown"));
        Assert.Equal([0xAB, 0xAB, 0xAB], failure.Trailers.GetValueBytes("x-bytes-bin")!);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task A_thrown_status_may_carry_the_calls_own_trailers()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, context) =>
        {
            context.ResponseTrailers.Add("x-once", "yes");
            throw new RpcException(new Status(StatusCode.Aborted, ""), context.ResponseTrailers);
        };

        var failure = await FailureOfOneAsync(host);

        Assert.Equal("yes", Assert.Single(failure.Trailers.GetAll("x-once")).Value);
    }

    [Fact]
    public async Task An_unexpected_exception_tells_the_client_nothing_and_the_log_everything()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, _) => throw new InvalidOperationException("the secret path");

        var failure = await FailureOfOneAsync(host);

        Assert.Equal(new Status(StatusCode.Unknown, "Exception was thrown by handler."), failure.Status);
        Assert.Contains("/rpc.tests.Probe/One", Assert.Single(host.Log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detailed_errors_tell_the_client_type_and_message()
    {
        await using var host = await ProbeHost.StartAsync(options => options.EnableDetailedErrors = true);
        host.Behaviour.One = (_, _) => throw new InvalidOperationException("the reason");

        var failure = await FailureOfOneAsync(host);

        Assert.Equal("Exception was thrown by handler. InvalidOperationException: the reason", failure.Status.Detail);
    }

    [Fact]
    public async Task A_status_that_the_method_sets_comes_after_its_message()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            await answers.WriteAsync(new Answer { Count = 1 });
            context.Status = new Status(StatusCode.DataLoss, "the rest is gone");
        };

        using var call = host.OpenClient().Spread(new Ask());

        Assert.True(await call.ResponseStream.MoveNext());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(new Status(StatusCode.DataLoss, "the rest is gone"), failure.Status);
    }

    [Fact]
    public async Task A_status_that_a_unary_method_sets_is_the_calls_status()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, context) =>
        {
            context.Status = new Status(StatusCode.OutOfRange, "too far");
            return Task.FromResult(new Answer());
        };

        Assert.Equal(new Status(StatusCode.OutOfRange, "too far"), (await FailureOfOneAsync(host)).Status);
    }

    [Fact]
    public async Task A_method_that_returns_null_is_an_internal_error()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, _) => Task.FromResult<Answer>(null!);

        Assert.Equal(
            new Status(StatusCode.Internal, "No message returned from method."), (await FailureOfOneAsync(host)).Status);
    }

    [Fact]
    public async Task A_thrown_ok_is_never_an_ok()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = (_, _, _) => throw new RpcException(Status.DefaultSuccess);

        using var call = host.OpenClient().Spread(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unknown, failure.StatusCode);
    }

    [Fact]
    public async Task A_method_that_the_service_does_not_override_is_unimplemented()
    {
        await using var host = await ProbeHost.StartAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().MissingAsync(new Ask()).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, failure.StatusCode);
    }

    [Fact]
    public async Task Status_and_trailers_cannot_be_had_before_the_call_is_done()
    {
        await using var host = await ProbeHost.StartAsync();
        var goOn = new TaskCompletionSource();
        host.Behaviour.One = async (_, _) =>
        {
            await goOn.Task;
            return new Answer();
        };

        using var call = host.OpenClient().OneAsync(new Ask());
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
        goOn.SetResult();
        await call;

        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task Headers_that_the_server_writes_first_are_there_before_any_message()
    {
        await using var host = await ProbeHost.StartAsync();
        var goOn = new TaskCompletionSource();
        host.Behaviour.Talk = async (_, answers, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "x-first", "yes" }, { "x-first-bin", [1, 2] } });
            await goOn.Task;
            await answers.WriteAsync(new Answer());
        };

        using var call = host.OpenClient().Talk();
        var headers = await call.ResponseHeadersAsync.Soonish("headers before the first message");
        goOn.SetResult();

        Assert.Equal(("yes", "0102"), (headers.GetValue("x-first"), Convert.ToHexString(headers.GetValueBytes("x-first-bin")!)));
        Assert.True(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Headers_can_be_written_once()
    {
        await using var host = await ProbeHost.StartAsync();
        Exception? second = null;
        host.Behaviour.One = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync([]);
            second = await Record.ExceptionAsync(() => context.WriteResponseHeadersAsync([]));
            return new Answer();
        };

        await host.OpenClient().OneAsync(new Ask());

        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public async Task A_failure_after_the_first_message_comes_in_trailers()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = async (_, answers, _) =>
        {
            await answers.WriteAsync(new Answer { Count = 5 });
            throw new RpcException(new Status(StatusCode.Aborted, "half way"), new Metadata { { "x-why", "because" } });
        };

        using var call = host.OpenClient().Spread(new Ask());
        Assert.True(await call.ResponseStream.MoveNext());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal((StatusCode.Aborted, "because"), (failure.StatusCode, call.GetTrailers().GetValue("x-why")));
        Assert.Equal("because", failure.Trailers.GetValue("x-why"));
    }

    [Fact]
    public async Task A_trailer_that_cannot_be_sent_is_an_internal_error_and_not_a_lost_status()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = (_, context) =>
        {
            context.ResponseTrailers.Add("x-text", "line\nbreak");
            return Task.FromResult(new Answer());
        };

        Assert.Equal(StatusCode.Internal, (await FailureOfOneAsync(host)).StatusCode);
    }

    private static async Task<RpcException> FailureOfOneAsync(ProbeHost host)
    {
        using var call = host.OpenClient().OneAsync(new Ask());
        return await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the call's failure"));
    }
}
