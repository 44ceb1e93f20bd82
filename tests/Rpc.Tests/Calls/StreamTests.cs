using Google.Protobuf;
using Grpc.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class StreamTests
{
    private static readonly Ask LargeAsk = new() { Body = ByteString.CopyFrom(new byte[256 * 1024]) };

    [Fact]
    public async Task A_stream_without_messages_ends_well()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Talk();
        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext().Soonish("the end"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_that_speaks_first_is_heard_though_the_client_never_writes()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (asks, answers, _) =>
        {
            await answers.WriteAsync(new Answer { Text = "first" });
            await asks.MoveNext();
        };
        var client = host.OpenClient();

        // On a connection that is set up: on a new one the frames that set it up would take the request's headers along.
        await client.OneAsync(new Ask());
        for (var i = 0; i < 3; i++)
        {
            using var call = client.Talk();

            Assert.True(await call.ResponseStream.MoveNext().Soonish("the first word"));
            Assert.Equal("first", call.ResponseStream.Current.Text);
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext().Soonish("the end"));
        }
    }

    [Fact]
    public async Task The_end_of_the_requests_goes_out_before_the_reset_of_a_call_that_is_disposed_right_after_it()
    {
        for (var i = 0; i < 20; i++)
        {
            await using var server = new FrameListener();
            using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(server.Address);
            using (var call = new Probe.ProbeClient(channel).Collect())
            {
                await call.RequestStream.WriteAsync(new Ask { Count = 1 });
                await call.RequestStream.CompleteAsync();
            }

            var frames = await server.FramesUntilResetAsync().Soonish("the frames of the call");

            Assert.Contains(frames, frame => frame is { Type: RawFrame.Data, EndsStream: true });
        }
    }

    [Fact]
    public async Task A_second_write_or_read_at_once_is_refused()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, _, context) => await context.CancellationToken.Fires();

        using var call = host.OpenClient().Talk();
        var read = call.ResponseStream.MoveNext();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.ResponseStream.MoveNext());
        var write = FillWindowAsync(call.RequestStream);
        await Soon.Until(() => IsRefused(call.RequestStream.WriteAsync(new Ask())), "a second write to be refused");
        call.Dispose();

        await Assert.ThrowsAsync<RpcException>(() => read);
        await Assert.ThrowsAsync<RpcException>(() => write);
    }

    [Fact]
    public async Task Writing_after_the_end_of_the_requests_is_refused()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Talk();
        await call.RequestStream.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new Ask()));
    }

    [Fact]
    public async Task Writing_after_the_end_of_the_call_throws_its_status()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = (_, _, _) => throw new RpcException(new Status(StatusCode.NotFound, "nothing there"));

        using var call = host.OpenClient().Talk();
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new Ask()));

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_writer_that_the_server_no_longer_hears_is_told_the_calls_status(bool hasHeaders)
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, _, context) =>
        {
            if (hasHeaders)
            {
                await context.WriteResponseHeadersAsync([]);
            }

            throw new RpcException(new Status(StatusCode.PermissionDenied, "not you"));
        };

        // Nobody reads the responses here: the writer alone has to find out.
        using var call = host.OpenClient().Talk();
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await call.RequestStream.WriteAsync(LargeAsk).Soonish("a write");
            }
        });

        Assert.Equal((StatusCode.PermissionDenied, "not you"), (failure.StatusCode, failure.Status.Detail));
    }

    [Fact]
    public async Task A_client_stream_that_the_server_ends_early_has_the_servers_status_for_writer_and_response()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Collect = async (asks, _) =>
        {
            await asks.MoveNext();
            throw new RpcException(new Status(StatusCode.InvalidArgument, "enough"));
        };

        using var call = host.OpenClient().Collect();
        var written = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await call.RequestStream.WriteAsync(LargeAsk).Soonish("a write");
            }
        });
        var answered = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the response"));

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.InvalidArgument), (written.StatusCode, answered.StatusCode));
    }

    [Fact]
    public async Task Messages_before_an_early_end_can_still_be_read()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (asks, answers, _) =>
        {
            await asks.MoveNext();
            await answers.WriteAsync(new Answer { Count = 1 });
            await answers.WriteAsync(new Answer { Count = 2 });
        };

        using var call = host.OpenClient().Talk();
        await Assert.ThrowsAsync<RpcException>(() => FillWindowAsync(call.RequestStream).Soonish("the writes to fail"));

        Assert.True(await call.ResponseStream.MoveNext());
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Equal(2, call.ResponseStream.Current.Count);
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_that_does_not_read_stops_the_client()
    {
        await using var host = await ProbeHost.StartAsync();
        var goOn = new TaskCompletionSource();
        host.Behaviour.Collect = async (asks, _) =>
        {
            await goOn.Task;
            return new Answer { Count = await asks.ReadAllAsync().CountAsync() };
        };

        using var call = host.OpenClient().Collect();
        var written = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await call.RequestStream.WriteAsync(LargeAsk);
                Volatile.Write(ref written, i + 1);
            }

            await call.RequestStream.CompleteAsync();
        });
        await AssertStallsAsync(() => Volatile.Read(ref written), atMost: 8);
        goOn.SetResult();

        await writing.Soonish("the rest of the writes");
        Assert.Equal(40, (await call).Count);
    }

    [Fact]
    public async Task A_client_that_does_not_read_stops_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        var written = 0;
        var small = ByteString.CopyFrom(new byte[16 * 1024]);
        host.Behaviour.Spread = async (_, answers, _) =>
        {
            for (var i = 0; i < 200; i++)
            {
                await answers.WriteAsync(new Answer { Body = small });
                Volatile.Write(ref written, i + 1);
            }
        };

        using var call = host.OpenClient().Spread(new Ask());
        await call.ResponseHeadersAsync;
        await AssertStallsAsync(() => Volatile.Read(ref written), atMost: 20);

        Assert.Equal(200, await call.ResponseStream.ReadAllAsync().CountAsync());
    }

    [Fact]
    public async Task A_stream_does_not_hold_its_last_message_while_it_waits_for_the_next()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.Talk = async (_, answers, context) =>
        {
            await answers.WriteAsync(new Answer());
            await context.CancellationToken.Fires();
        };

        using var call = host.OpenClient().Talk();
        Assert.Throws<InvalidOperationException>(() => call.ResponseStream.Current);
        await call.ResponseStream.MoveNext();
        var next = call.ResponseStream.MoveNext();

        Assert.Throws<InvalidOperationException>(() => call.ResponseStream.Current);
        call.Dispose();
        await Assert.ThrowsAsync<RpcException>(() => next);
    }

    [Fact]
    public async Task The_streams_of_a_method_that_has_returned_are_closed()
    {
        await using var host = await ProbeHost.StartAsync();
        var kept = new TaskCompletionSource<(IAsyncStreamReader<Ask> Asks, IServerStreamWriter<Answer> Answers)>();
        host.Behaviour.Talk = (asks, answers, _) =>
        {
            kept.SetResult((asks, answers));
            return Task.CompletedTask;
        };

        using var call = host.OpenClient().Talk();
        Assert.False(await call.ResponseStream.MoveNext());
        var (asks, answers) = await kept.Task;
        await Soon.Until(() => IsRefused(asks.MoveNext()), "the reader to be closed");

        await Assert.ThrowsAsync<InvalidOperationException>(() => answers.WriteAsync(new Answer()));
    }

    [Fact]
    public async Task Buffered_messages_arrive_with_the_next_that_is_not()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().Talk();
        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
        await call.RequestStream.WriteAsync(new Ask { Count = 1 });
        call.RequestStream.WriteOptions = null;
        await call.RequestStream.WriteAsync(new Ask { Count = 2 });

        Assert.True(await call.ResponseStream.MoveNext().Soonish("the first"));
        Assert.True(await call.ResponseStream.MoveNext().Soonish("the second"));
        Assert.Equal(2, call.ResponseStream.Current.Count);
    }

    [Fact]
    public async Task A_thousand_calls_at_once_on_a_fresh_channel_all_end_well_and_leave_nothing()
    {
        await using var host = await ProbeHost.StartAsync();
        var channel = host.OpenChannel();
        var client = new Probe.ProbeClient(channel);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => client.OneAsync(new Ask { Count = i }).ResponseAsync));

        Assert.Equal(Enumerable.Range(0, 1000), answers.Select(a => a.Count));
        Assert.Equal(0, channel.ActiveCalls);
    }

    [Fact]
    public async Task More_streams_than_one_connection_takes_run_side_by_side()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.OpenClient();

        var calls = Enumerable.Range(0, 250).Select(_ => client.Talk()).ToList();
        await Task.WhenAll(calls.Select(async call =>
        {
            await call.RequestStream.WriteAsync(new Ask { Count = 1 });
            Assert.True(await call.ResponseStream.MoveNext());
        })).Soonish("every stream to have an answer while all are open");

        calls.ForEach(call => call.Dispose());
    }

    private static bool IsRefused(Task task)
    {
        _ = task.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        return task.IsFaulted && task.Exception.InnerException is InvalidOperationException;
    }

    private static async Task FillWindowAsync(IClientStreamWriter<Ask> requests)
    {
        while (true)
        {
            await requests.WriteAsync(LargeAsk);
        }
    }

    // Stalled means: some progress, then none during several looks, and never beyond what windows hold.
    private static async Task AssertStallsAsync(Func<int> progress, int atMost)
    {
        var (last, looks) = (-1, 0);
        await Soon.Until(
            () =>
            {
                var now = progress();
                looks = now == last && now > 0 ? looks + 1 : 0;
                last = now;
                return looks == 40;
            },
            "the other side to be stopped");
        Assert.InRange(progress(), 1, atMost);
    }
}
