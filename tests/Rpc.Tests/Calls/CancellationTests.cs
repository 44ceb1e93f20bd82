using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class CancellationTests
{
    private readonly TaskCompletionSource serverSawIt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource serverIsIn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Cancelling_a_unary_call_reaches_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (_, context) =>
        {
            await WaitForCancellationAsync(context);
            return new Answer();
        };
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient().OneAsync(new Ask(), cancellationToken: cancel.Token);
        await serverIsIn.Task.Soonish("the method to run");
        await cancel.CancelAsync();

        await AssertCancelledAsync(call.ResponseAsync);
        await serverSawIt.Task.Soonish("the server's token to fire");
    }

    [Fact]
    public async Task Cancelling_a_server_stream_after_its_headers_reaches_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            await answers.WriteAsync(new Answer());
            await WaitForCancellationAsync(context);
        };
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient().Spread(new Ask(), cancellationToken: cancel.Token);
        Assert.True(await call.ResponseStream.MoveNext());
        var next = call.ResponseStream.MoveNext();
        await cancel.CancelAsync();

        await AssertCancelledAsync(next);
        await serverSawIt.Task.Soonish("the server's token to fire");
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task Cancelling_a_client_stream_before_a_message_reaches_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Collect = async (_, context) =>
        {
            await WaitForCancellationAsync(context);
            return new Answer();
        };
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient().Collect(cancellationToken: cancel.Token);
        await serverIsIn.Task.Soonish("the method to run before the first message");
        await cancel.CancelAsync();

        await AssertCancelledAsync(call.ResponseAsync);
        await serverSawIt.Task.Soonish("the server's token to fire");
    }

    [Fact]
    public async Task Cancelling_a_duplex_call_after_its_first_response_reaches_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (asks, answers, context) =>
        {
            await asks.MoveNext();
            await answers.WriteAsync(new Answer());
            await WaitForCancellationAsync(context);
        };
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient().Talk(cancellationToken: cancel.Token);
        await call.RequestStream.WriteAsync(new Ask());
        Assert.True(await call.ResponseStream.MoveNext());
        await cancel.CancelAsync();

        await AssertCancelledAsync(call.ResponseStream.MoveNext());
        await AssertCancelledAsync(call.RequestStream.WriteAsync(new Ask()));
        await serverSawIt.Task.Soonish("the server's token to fire");
    }

    [Fact]
    public async Task Disposing_a_call_cancels_it()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, _, context) => await WaitForCancellationAsync(context);

        var call = host.OpenClient().Talk();
        await serverIsIn.Task.Soonish("the method to run");
        call.Dispose();

        await serverSawIt.Task.Soonish("the server's token to fire");
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task The_token_of_a_read_cancels_the_call()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Spread = async (_, _, context) => await WaitForCancellationAsync(context);
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient().Spread(new Ask());
        var read = call.ResponseStream.MoveNext(cancel.Token);
        await serverIsIn.Task.Soonish("the method to run");
        await cancel.CancelAsync();

        await AssertCancelledAsync(read);
        await serverSawIt.Task.Soonish("the server's token to fire");
    }

    [Fact]
    public async Task A_token_that_fired_before_sends_nothing()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().OneAsync(new Ask(), cancellationToken: new CancellationToken(canceled: true));

        await AssertCancelledAsync(call.ResponseAsync);
    }

    [Fact]
    public async Task With_the_option_a_cancelled_call_throws_operation_canceled_with_the_callers_token()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (_, context) =>
        {
            await WaitForCancellationAsync(context);
            return new Answer();
        };
        using var cancel = new CancellationTokenSource();

        using var call = host.OpenClient(options => options.ThrowOperationCanceledOnCancellation = true)
            .OneAsync(new Ask(), cancellationToken: cancel.Token);
        await serverIsIn.Task.Soonish("the method to run");
        await cancel.CancelAsync();

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.ResponseAsync);
        Assert.Equal(cancel.Token, failure.CancellationToken);
    }

    [Fact]
    public async Task A_read_on_the_server_ends_when_the_client_cancels()
    {
        await using var host = await ProbeHost.StartAsync();
        var outcome = new TaskCompletionSource<Exception?>();
        host.Behaviour.Collect = async (asks, _) =>
        {
            serverIsIn.SetResult();
            outcome.SetResult(await Record.ExceptionAsync(() => asks.MoveNext()));
            throw new OperationCanceledException();
        };

        var call = host.OpenClient().Collect();
        await serverIsIn.Task.Soonish("the method to run");
        call.Dispose();

        Assert.IsType<OperationCanceledException>(await outcome.Task.Soonish("the read to end"), exactMatch: false);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task A_write_on_the_server_that_no_one_takes_ends_when_the_client_cancels()
    {
        await using var host = await ProbeHost.StartAsync();
        var outcome = new TaskCompletionSource<Exception?>();
        host.Behaviour.Spread = async (_, answers, _) =>
        {
            var large = Google.Protobuf.ByteString.CopyFrom(new byte[1 << 20]);
            outcome.SetResult(await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await answers.WriteAsync(new Answer { Body = large });
                }
            }));
        };

        var call = host.OpenClient().Spread(new Ask());
        await call.ResponseHeadersAsync.Soonish("the headers");
        call.Dispose();

        Assert.IsType<OperationCanceledException>(await outcome.Task.Soonish("the write to end"), exactMatch: false);
    }

    private static async Task AssertCancelledAsync(Task task)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => task.Soonish("the cancelled call"));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
    }

    private async Task WaitForCancellationAsync(ServerCallContext context)
    {
        serverIsIn.TrySetResult();
        await context.CancellationToken.Fires();
        serverSawIt.TrySetResult();
    }
}
