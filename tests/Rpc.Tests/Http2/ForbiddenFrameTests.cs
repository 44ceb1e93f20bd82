using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>Frames that no client may send: each ends its stream or its connection, and nobody else's.</summary>
public sealed class ForbiddenFrameTests
{
    private static readonly byte[] Message = RawCall.Frame(new Ask { Text = "next" });

    public static TheoryData<string, byte, int, byte[], byte> Frames => new()
    {
        { "data on the connection", RawFrame.Data, 0, [0, 0, 0, 0, 0], 0 },
        { "data on a stream that was never opened", RawFrame.Data, 5, [0, 0, 0, 0, 0], 0 },
        { "data whose padding is longer than the frame", RawFrame.Data, 1, [200, 0, 0], RawFrame.Padded },
        { "headers on the connection", RawFrame.Headers, 0, RawHeaders.Request(), RawFrame.EndHeaders },
        { "headers on a stream of the server", RawFrame.Headers, 2, RawHeaders.Request(), RawFrame.EndHeaders },
        { "headers that are no headers", RawFrame.Headers, 3, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], RawFrame.EndHeaders },
        { "headers without a path", RawFrame.Headers, 3, RawHeaders.Encode((":method", "POST"), (":scheme", "http")), RawFrame.EndHeaders },
        { "a header in upper case", RawFrame.Headers, 3, RawHeaders.Request(("X-Upper", "a")), RawFrame.EndHeaders },
        { "a pseudo-header after the others", RawFrame.Headers, 3, RawHeaders.Request((":path", "/again")), RawFrame.EndHeaders },
        { "a header of a connection", RawFrame.Headers, 3, RawHeaders.Request(("connection", "close")), RawFrame.EndHeaders },
        { "a stream that depends on itself", RawFrame.Priority, 3, [0, 0, 0, 3, 16], 0 },
        { "a priority of the wrong length", RawFrame.Priority, 1, [0, 0, 0, 0], 0 },
        { "a reset of a stream that was never opened", RawFrame.Reset, 7, [0, 0, 0, 8], 0 },
        { "a reset of the wrong length", RawFrame.Reset, 1, [0, 0, 8], 0 },
        { "settings of a stream", RawFrame.Settings, 1, [], 0 },
        { "settings of the wrong length", RawFrame.Settings, 0, [0, 1, 0, 0, 0], 0 },
        { "a window that is too large", RawFrame.Settings, 0, [0, 4, 0xFF, 0xFF, 0xFF, 0xFF], 0 },
        { "a frame size that is too small", RawFrame.Settings, 0, [0, 5, 0, 0, 0, 1], 0 },
        { "an acknowledgement that carries something", RawFrame.Settings, 0, [0, 1, 0, 0, 0, 0], RawFrame.Ack },
        { "a promise", RawFrame.PushPromise, 1, [0, 0, 0, 2], RawFrame.EndHeaders },
        { "a ping of a stream", RawFrame.Ping, 1, [1, 2, 3, 4, 5, 6, 7, 8], 0 },
        { "a ping of the wrong length", RawFrame.Ping, 0, [1, 2, 3, 4, 5, 6, 7], 0 },
        { "a goaway of a stream", RawFrame.GoAway, 1, [0, 0, 0, 0, 0, 0, 0, 0], 0 },
        { "a window update of nothing", RawFrame.WindowUpdate, 0, [0, 0, 0, 0], 0 },
        { "a window update beyond all windows", RawFrame.WindowUpdate, 0, [0x7F, 0xFF, 0xFF, 0xFF], 0 },
        { "a window update of the wrong length", RawFrame.WindowUpdate, 1, [0, 0, 1], 0 },
        { "a continuation of nothing", RawFrame.Continuation, 1, RawHeaders.Encode(("a", "b")), RawFrame.EndHeaders },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task What_no_client_may_send_ends_its_stream_or_its_connection(string what, byte type, int stream, byte[] payload, byte flags)
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        // A call is open meanwhile, so that the frames of stream 1 meet one.
        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(type, stream, payload, flags);

        Assert.True(await IsRefusedAsync(connection), what);
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task Headers_after_the_end_of_a_request_are_refused()
    {
        await using var host = await ProbeHost.StartAsync();
        host.Behaviour.One = async (ask, context) =>
        {
            await (ask.Text == "next" ? Task.CompletedTask : context.CancellationToken.Fires());
            return new Answer();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, RawCall.Frame(new Ask()), RawFrame.EndStream);

        await connection.WriteRequestHeadersAsync(1);

        Assert.True(await IsRefusedAsync(connection));
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_request_that_is_closed_without_a_word_gets_its_status()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteAsync(RawFrame.Headers, 1, RawHeaders.Request(), RawFrame.EndHeaders | RawFrame.EndStream);

        Assert.Equal("12", await connection.ReadStatusAsync(1));
        Assert.Equal("0", await connection.CallAsync(3, Message));
    }

    [Fact]
    public async Task Trailers_of_a_client_end_its_request()
    {
        await using var host = await ProbeHost.StartAsync();
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, Message);

        await connection.WriteAsync(RawFrame.Headers, 1, RawHeaders.Encode(("x-end", "1")), RawFrame.EndHeaders | RawFrame.EndStream);

        Assert.Equal("0", await connection.ReadStatusAsync(1));
    }

    // A reset of a stream, a GOAWAY with an error, or the end of the connection; a call's own end is none.
    private static async Task<bool> IsRefusedAsync(RawConnection connection)
    {
        while (await connection.ReadAsync().Soonish("a refusal") is { } frame)
        {
            if (frame.Type is RawFrame.GoAway or RawFrame.Reset || (frame.Type == RawFrame.Headers && frame.Contains("400")))
            {
                return true;
            }

            if (frame is { Type: RawFrame.Settings, IsAck: false })
            {
                await Record.ExceptionAsync(() => connection.WriteAsync(RawFrame.Settings, 0, [], RawFrame.Ack));
            }
        }

        return true;
    }

    private static async Task AssertServesAsync(ProbeHost host)
    {
        using var connection = await RawConnection.OpenAsync(host.Address);

        Assert.Equal("0", await connection.CallAsync(1, Message));
    }
}
