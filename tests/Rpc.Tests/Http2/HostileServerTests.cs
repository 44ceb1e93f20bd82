using Grpc.Core;
using Grpc.Net.Client;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>What a server may do to the client: its calls fail with a status and never hang, and the next ones go on.</summary>
public sealed class HostileServerTests
{
    [Theory]
    [InlineData(2, StatusCode.Unavailable)]
    [InlineData(11, StatusCode.ResourceExhausted)]
    public async Task A_goaway_with_an_error_ends_the_call_and_the_next_goes_to_a_new_connection(byte error, StatusCode expected)
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        var client = new Probe.ProbeClient(channel);
        using var call = client.OneAsync(new Ask());
        using (var first = await server.AcceptAsync())
        {
            await ReadRequestAsync(first);
            await first.WriteAsync(RawFrame.GoAway, 0, [0, 0, 0, 1, 0, 0, 0, error]);
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));
        using var next = client.OneAsync(new Ask());
        using var second = await server.AcceptAsync();
        await AnswerAsync(second, await ReadRequestAsync(second), "next");

        Assert.True(failure.StatusCode == expected, failure.ToString());
        Assert.Equal("next", (await next.ResponseAsync.Soonish("the next call")).Text);
    }

    [Fact]
    public async Task A_call_that_a_goaway_names_as_not_begun_is_made_again_on_a_new_connection()
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());
        using (var first = await server.AcceptAsync())
        {
            await ReadRequestAsync(first);
            await first.WriteAsync(RawFrame.GoAway, 0, new byte[8]);
            using var second = await server.AcceptAsync();
            await AnswerAsync(second, await ReadRequestAsync(second), "again");

            Assert.Equal("again", (await call.ResponseAsync.Soonish("the response")).Text);
        }
    }

    [Fact]
    public async Task A_call_whose_connection_began_with_a_goaway_is_made_again_on_a_new_one()
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());

        using var first = await server.TurnAwayAsync();
        using var second = await server.TurnAwayAsync();
        using var third = await server.AcceptAsync();
        await AnswerAsync(third, await ReadRequestAsync(third), "taken");

        Assert.Equal("taken", (await call.ResponseAsync.Soonish("the response")).Text);
    }

    [Fact]
    public async Task A_call_that_every_connection_turns_away_ends_as_unavailable()
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());

        using var first = await server.TurnAwayAsync();
        using var second = await server.TurnAwayAsync();
        using var third = await server.TurnAwayAsync();
        using var fourth = await server.TurnAwayAsync();
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    [Fact]
    public async Task A_ping_is_answered_with_what_it_carried_while_a_call_waits()
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());
        using var connection = await server.AcceptAsync();
        var stream = await ReadRequestAsync(connection);

        await connection.WriteAsync(RawFrame.Ping, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        var pong = await connection.ReadUntilAsync(frame => frame is { Type: RawFrame.Ping, IsAck: true }, "the pong");
        await AnswerAsync(connection, stream, "after");

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], pong.Payload);
        Assert.Equal("after", (await call.ResponseAsync.Soonish("the response")).Text);
    }

    [Theory]
    [InlineData("data before headers")]
    [InlineData("a frame above the agreed size")]
    [InlineData("headers that are no headers")]
    [InlineData("headers of a megabyte", StatusCode.ResourceExhausted)]
    [InlineData("no frame at all")]
    public async Task What_no_server_may_send_fails_the_call(string answer, StatusCode? expected = null)
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());
        using var connection = await server.AcceptAsync();
        var stream = await ReadRequestAsync(connection);

        // The client may close the connection while the answer is still on its way.
        await Record.ExceptionAsync(() => WriteAnswerAsync(connection, stream, answer));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.True(
            expected is { } one ? failure.StatusCode == one : failure.StatusCode is StatusCode.Internal or StatusCode.Unavailable,
            failure.ToString());
    }

    [Fact]
    public async Task A_server_that_says_nothing_at_all_leaves_the_call_its_deadline()
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address);

        using var call = new Probe.ProbeClient(channel).OneAsync(
            new Ask(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300));
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    private static async Task WriteAnswerAsync(RawConnection connection, int stream, string answer)
    {
        switch (answer)
        {
            case "data before headers":
                await connection.WriteAsync(RawFrame.Data, stream, [0, 0, 0, 0, 0]);
                await connection.WriteAsync(RawFrame.Headers, stream, RawHeaders.Trailers("0"), RawFrame.EndHeaders | RawFrame.EndStream);
                break;
            case "a frame above the agreed size":
                await connection.WriteAsync(RawFrame.Headers, stream, RawHeaders.Response, RawFrame.EndHeaders);
                await connection.WriteAsync(RawFrame.Data, stream, new byte[1 << 20]);
                break;
            case "headers that are no headers":
                await connection.WriteAsync(RawFrame.Headers, stream, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], RawFrame.EndHeaders);
                break;
            case "headers of a megabyte":
                await connection.WriteAsync(RawFrame.Headers, stream, RawHeaders.Response);
                for (var i = 0; i < 100; i++)
                {
                    await connection.WriteAsync(RawFrame.Continuation, stream, RawHeaders.Encode(($"x-{i}", new string('a', 10_000))));
                }

                break;
            default:
                await connection.WriteAsync([.. "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"u8]);
                break;
        }
    }

    // Reads a whole request; the number of its stream.
    private static async Task<int> ReadRequestAsync(RawConnection connection) =>
        (await connection.ReadUntilAsync(frame => frame.EndsStream, "a request")).StreamId;

    private static async Task AnswerAsync(RawConnection connection, int stream, string text)
    {
        await connection.WriteAsync(RawFrame.Headers, stream, RawHeaders.Response, RawFrame.EndHeaders);
        await connection.WriteAsync(RawFrame.Data, stream, RawCall.Frame(new Answer { Text = text }));
        await connection.WriteAsync(RawFrame.Headers, stream, RawHeaders.Trailers("0"), RawFrame.EndHeaders | RawFrame.EndStream);
    }
}
