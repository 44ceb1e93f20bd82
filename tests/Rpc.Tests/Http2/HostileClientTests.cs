using Google.Protobuf;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>What a client may do to the server: it gets a status, a reset or a closed connection, and others are served.</summary>
public sealed class HostileClientTests
{
    private static readonly byte[] Message = RawCall.Frame(new Ask { Text = "hello" });

    // CANCEL, as the payload of a reset.
    private static readonly byte[] Cancel = [0, 0, 0, 8];

    [Fact]
    public async Task A_call_without_te_is_served()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        var first = await connection.CallAsync(1, Message);
        var second = await connection.CallAsync(3, Message);

        Assert.Equal(("0", "0"), (first, second));
    }

    [Fact]
    public async Task A_ping_is_answered_with_what_it_carried()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteAsync(RawFrame.Ping, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        var pong = await connection.ReadUntilAsync(frame => frame is { Type: RawFrame.Ping, IsAck: true }, "the pong");

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], pong.Payload);
    }

    [Theory]
    [InlineData("/rpc.tests.Probe/%zz")]
    [InlineData("/rpc.tests.Probe/One%")]
    [InlineData("/rpc.tests.Probe/%C3")]
    [InlineData("/rpc.tests.Probe/One%00")]
    [InlineData("/%2Frpc.tests.Probe/One")]
    public async Task A_path_that_is_badly_escaped_reaches_no_method(string path)
    {
        await using var host = await ProbeHost.StartAsync();
        var calls = CountCalls(host);
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteAsync(
            RawFrame.Headers,
            1,
            RawHeaders.Encode((":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"), ("content-type", "application/grpc")),
            RawFrame.EndHeaders);
        await connection.WriteAsync(RawFrame.Data, 1, Message, RawFrame.EndStream);
        var status = await connection.ReadStatusAsync(1);

        Assert.True(status is null or "12", status);
        Assert.Equal(0, calls());
        Assert.Equal("0", await connection.CallAsync(3, Message));
    }

    [Theory]
    [InlineData("bad %zz %C3 end%")]
    [InlineData("%")]
    [InlineData("%%%4")]
    public async Task A_request_with_a_badly_escaped_message_header_is_served(string message)
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteRequestHeadersAsync(1, ("grpc-message", message), ("grpc-status", "7"));
        await connection.WriteAsync(RawFrame.Data, 1, Message, RawFrame.EndStream);

        Assert.Equal("0", await connection.ReadStatusAsync(1));
    }

    [Fact]
    public async Task A_connection_that_begins_with_something_else_is_closed()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenSilentAsync(host.Address);

        await connection.WriteAsync([.. "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"u8]);
        await connection.ReadToEndAsync();

        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData(7, 0, "13")]
    [InlineData(0, 0xFF, "8")]
    public async Task A_bad_prefix_is_answered_though_the_request_stays_open(byte flag, byte firstOfLength, string status)
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, [flag, firstOfLength, 0, 0, 1, 0]);

        Assert.Equal(status, await connection.ReadStatusAsync(1));
        Assert.Equal("0", await connection.CallAsync(3, Message));
    }

    [Fact]
    public async Task A_frame_above_the_agreed_size_ends_the_connection()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, new byte[100_000]);
        var frames = await connection.ReadToEndAsync();

        Assert.Contains(frames, frame => frame is { Type: RawFrame.GoAway, Payload: [_, _, _, _, 0, 0, 0, 6, ..] });
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_do_not_reach_the_method()
    {
        await using var host = await ProbeHost.StartAsync();
        var calls = CountCalls(host);
        using var connection = await RawConnection.OpenAsync(host.Address);

        // 60 KB in four frames, where the limit is 32 KiB.
        await connection.WriteAsync(RawFrame.Headers, 1, RawHeaders.Request(), RawFrame.EndStream);
        for (var i = 0; i < 4; i++)
        {
            var flags = i == 3 ? RawFrame.EndHeaders : (byte)0;
            await connection.WriteAsync(RawFrame.Continuation, 1, RawHeaders.Encode(($"x-{i}", new string('a', 15_000))), flags);
        }

        var answer = await ReadRefusalAsync(connection);

        Assert.True(answer is null or { Type: RawFrame.GoAway or RawFrame.Reset or RawFrame.Headers }, answer?.ToString());
        Assert.Equal(0, calls());
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Headers_that_grow_out_of_a_table_do_not_reach_the_method()
    {
        await using var host = await ProbeHost.StartAsync();
        var calls = CountCalls(host);
        using var connection = await RawConnection.OpenAsync(host.Address);

        // One field of 3 KB that is put into the table (0x40), and then named 10 000 times by one byte each (index 62).
        byte[] field = [0x40, .. RawHeaders.Encode(("x-bomb", new string('a', 3_000))).AsSpan(1)];
        byte[] bomb = [.. RawHeaders.Request(), .. field, .. Enumerable.Repeat((byte)(0x80 | 62), 10_000)];
        await connection.WriteAsync(RawFrame.Headers, 1, bomb, RawFrame.EndHeaders | RawFrame.EndStream);
        await ReadRefusalAsync(connection);

        Assert.Equal(0, calls());
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Headers_that_never_end_are_cut_off()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteAsync(RawFrame.Headers, 1, RawHeaders.Request());
        var filler = RawHeaders.Encode(("x-more", new string('a', 10_000)));

        // 100 MB are far more than all buffers on the way hold.
        var failure = await Record.ExceptionAsync(async () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                await connection.WriteAsync(RawFrame.Continuation, 1, filler).Soonish("a frame to be taken or refused");
            }
        });

        Assert.IsType<IOException>(failure);
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Calls_that_are_reset_at_once_by_the_thousand_leave_no_method_running()
    {
        await using var host = await ProbeHost.StartAsync();
        var running = 0;
        host.Behaviour.Collect = async (_, context) =>
        {
            Interlocked.Increment(ref running);
            await context.CancellationToken.Fires();
            Interlocked.Decrement(ref running);
            return new Answer();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);
        var headers = RawHeaders.Encode(
            (":method", "POST"), (":scheme", "http"), (":path", "/rpc.tests.Probe/Collect"), (":authority", "a"), ("content-type", "application/grpc"));

        // The server may close the connection on the way.
        await Record.ExceptionAsync(async () =>
        {
            for (var id = 1; id < 20_000; id += 2)
            {
                await connection.WriteAsync(
                [
                    .. RawConnection.Frame(RawFrame.Headers, id, headers, RawFrame.EndHeaders),
                    .. RawConnection.Frame(RawFrame.Reset, id, Cancel),
                ]).Soonish("a reset to be taken or refused");
            }
        });
        connection.Dispose();

        await AssertServesAsync(host);
        await Soon.Until(() => Volatile.Read(ref running) == 0, "all methods to have returned");

        // What the web server itself logs when it closes such a connection is no error of a call.
        Assert.All(host.Log.Errors, line => Assert.Contains("exceeded the output operations maximum queue size", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(12)]
    public async Task A_reset_at_any_point_of_the_request_hurts_no_other_call(int sentBytes)
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, Message[..sentBytes]);
        await connection.WriteAsync(RawFrame.Reset, 1, Cancel);

        Assert.Equal("0", await connection.CallAsync(3, Message));
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    public async Task A_reset_after_the_request_cancels_the_method()
    {
        await using var host = await ProbeHost.StartAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        host.Behaviour.One = async (ask, context) =>
        {
            if (ask.Text == "hello")
            {
                started.TrySetResult();
                await context.CancellationToken.Fires();
                cancelled.TrySetResult();
            }

            return new Answer();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, Message, RawFrame.EndStream);
        await started.Task.Soonish("the method");

        await connection.WriteAsync(RawFrame.Reset, 1, Cancel);

        await cancelled.Task.Soonish("the cancellation");
        Assert.Equal("0", await connection.CallAsync(3, RawCall.Frame(new Ask())));
    }

    [Fact]
    public async Task Data_after_the_end_of_a_request_is_refused()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (ask, context) =>
        {
            await context.CancellationToken.Fires();
            return new Answer();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, Message, RawFrame.EndStream);

        await connection.WriteAsync(RawFrame.Data, 1, Message);
        var answer = await ReadRefusalAsync(connection);

        // STREAM_CLOSED, for the stream or, as is allowed too, for the connection.
        Assert.True(
            answer is { Type: RawFrame.Reset, Payload: [0, 0, 0, 5] } or { Type: RawFrame.GoAway, Payload: [_, _, _, _, 0, 0, 0, 5, ..] },
            answer?.ToString());
        host.Behaviour.One = (_, _) => Task.FromResult(new Answer());
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_request_whose_connection_breaks_off_halfway_is_cancelled()
    {
        await using var host = await ProbeHost.StartAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        host.Behaviour.Talk = async (_, _, context) =>
        {
            started.TrySetResult();
            await context.CancellationToken.Fires();
            cancelled.TrySetResult();
        };
        var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteAsync(RawFrame.Headers, 1, PathOf("Talk"), RawFrame.EndHeaders);
        await connection.WriteAsync(RawFrame.Data, 1, Message[..7]);
        await started.Task.Soonish("the method");

        connection.Dispose();

        await cancelled.Task.Soonish("the cancellation");
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_stops_the_method_and_not_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        var written = 0;
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                await answers.WriteAsync(new Answer { Body = ByteString.CopyFrom(new byte[10_000]) }, context.CancellationToken);
                Interlocked.Increment(ref written);
            }
        };

        // INITIAL_WINDOW_SIZE 0.
        using var connection = await RawConnection.OpenAsync(host.Address, 0, 4, 0, 0, 0, 0);
        await connection.WriteAsync(RawFrame.Headers, 1, PathOf("Spread"), RawFrame.EndHeaders);
        await connection.WriteAsync(RawFrame.Data, 1, RawCall.Frame(new Ask()), RawFrame.EndStream);
        await connection.ReadUntilAsync(frame => frame is { Type: RawFrame.Headers, StreamId: 1 }, "the headers");

        for (var i = 0; i < 50; i++)
        {
            await AssertServesAsync(host);
        }

        Assert.InRange(Volatile.Read(ref written), 0, 20);
    }

    private static byte[] PathOf(string method) => RawHeaders.Encode(
        (":method", "POST"), (":scheme", "http"), (":path", "/rpc.tests.Probe/" + method), (":authority", "a"), ("content-type", "application/grpc"));

    private static Func<int> CountCalls(ProbeHost host)
    {
        var calls = 0;
        host.Behaviour.One = (ask, _) =>
        {
            calls += ask.Text == "next" ? 0 : 1;
            return Task.FromResult(new Answer());
        };
        return () => calls;
    }

    // The end of stream 1 or of the connection; null when it just ended.
    private static async Task<RawFrame?> ReadRefusalAsync(RawConnection connection)
    {
        while (await connection.ReadAsync().Soonish("a refusal") is { } frame)
        {
            if (frame.Type == RawFrame.GoAway || (frame.StreamId == 1 && (frame.EndsStream || frame.Type == RawFrame.Reset)))
            {
                return frame;
            }
        }

        return null;
    }

    private static async Task AssertServesAsync(ProbeHost host)
    {
        using var connection = await RawConnection.OpenAsync(host.Address);

        Assert.Equal("0", await connection.CallAsync(1, RawCall.Frame(new Ask { Text = "next" })));
    }
}
