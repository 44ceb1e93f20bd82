using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Http2;

/// <summary>Peers that are slow on purpose, or that went away without a word. The terms are short here; what ends them is real.</summary>
public sealed class SlowPeerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly byte[] EmptyMessage = RawCall.Frame([]);

    // The web server looks once a second, and takes no shorter grace.
    private static readonly MinDataRate Strict = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(1.5));

    // What is written already gives a client the time that it would take at this rate.
    private static readonly MinDataRate Fast = new(bytesPerSecond: 10_000_000, gracePeriod: TimeSpan.FromSeconds(1.5));

    [Fact]
    public async Task Headers_that_never_come_to_their_end_close_the_connection()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.RequestHeadersTimeout = Second);
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteAsync(RawFrame.Headers, 1, RawHeaders.Request());

        await connection.ReadToEndAsync();
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_connection_that_never_says_anything_is_closed()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.KeepAliveTimeout = Second);
        using var connection = await RawConnection.OpenSilentAsync(host.Address);

        await connection.ReadToEndAsync();

        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_request_of_one_message_that_trickles_is_ended()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MinRequestBodyDataRate = Strict);
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteRequestHeadersAsync(1);
        await connection.WriteAsync(RawFrame.Data, 1, [0, 0, 0]);

        var frames = await connection.ReadToEndAsync();
        Assert.DoesNotContain(frames, frame => frame.GrpcStatus == "0");
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_of_what_is_ready_is_cut_off_and_its_method_cancelled()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MinResponseDataRate = Fast);
        var ended = new TaskCompletionSource();
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            using var onEnd = context.CancellationToken.Register(() => ended.TrySetResult());
            while (true)
            {
                await answers.WriteAsync(new Answer { Body = ByteString.CopyFrom(new byte[100_000]) }, context.CancellationToken);
            }
        };

        // Windows as large as there are, so that nothing but the client's silence holds the server up.
        using var connection = await RawConnection.OpenAsync(host.Address, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF);
        await connection.WriteAsync(RawFrame.WindowUpdate, 0, [0x7F, 0xFF, 0, 0]);
        await connection.WriteAsync(RawFrame.Headers, 1, RequestOf("Spread"), RawFrame.EndHeaders);

        await connection.WriteAsync(RawFrame.Data, 1, RawCall.Frame(new Ask()), RawFrame.EndStream);

        await ended.Task.Soonish("the cancellation");
        await AssertServesAsync(host);
    }

    [Fact]
    public async Task A_client_that_answers_no_ping_is_taken_for_gone_and_its_methods_are_cancelled()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits =>
        {
            limits.Http2.KeepAlivePingDelay = Second;
            limits.Http2.KeepAlivePingTimeout = Second;
        });
        var ended = new TaskCompletionSource();
        host.Behaviour.Talk = async (_, _, context) =>
        {
            await context.CancellationToken.Fires();
            ended.TrySetResult();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);

        await connection.WriteAsync(RawFrame.Headers, 1, RequestOf("Talk"), RawFrame.EndHeaders);

        await ended.Task.Soonish("the cancellation");
        await AssertServesAsync(host);
    }

    [Theory]
    [InlineData("unary")]
    [InlineData("client streaming")]
    [InlineData("server streaming")]
    [InlineData("duplex streaming")]
    public async Task A_server_that_answers_no_ping_is_taken_for_gone_and_its_calls_are_unavailable(string kind)
    {
        await using var server = new FrameListener();
        using var channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                KeepAlivePingDelay = Second,
                KeepAlivePingTimeout = Second,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            },
        });
        var client = new Probe.ProbeClient(channel);
        Task call = kind switch
        {
            "unary" => client.OneAsync(new Ask()).ResponseAsync,
            "client streaming" => client.Collect().ResponseAsync,
            "server streaming" => client.Spread(new Ask()).ResponseStream.MoveNext(),
            _ => client.Talk().ResponseStream.MoveNext(),
        };
        using var connection = await server.AcceptAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.Soonish("the failure"));

        Assert.True(failure.StatusCode == StatusCode.Unavailable, failure.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_reset_at_any_point_of_the_response_cancels_its_method_and_no_other(int readMessages)
    {
        await using var host = await ProbeHost.StartAsync();
        var ended = new TaskCompletionSource();
        host.Behaviour.Spread = async (_, answers, context) =>
        {
            using var onEnd = context.CancellationToken.Register(() => ended.TrySetResult());
            await context.WriteResponseHeadersAsync([]);
            for (var i = 0; i < readMessages; i++)
            {
                await answers.WriteAsync(new Answer());
            }

            await context.CancellationToken.Fires();
        };
        using var connection = await RawConnection.OpenAsync(host.Address);
        await connection.WriteAsync(RawFrame.Headers, 1, RequestOf("Spread"), RawFrame.EndHeaders);
        await connection.WriteAsync(RawFrame.Data, 1, RawCall.Frame(new Ask()), RawFrame.EndStream);
        await connection.ReadUntilAsync(frame => frame is { Type: RawFrame.Headers, StreamId: 1 }, "the headers");
        for (var read = 0; read < readMessages * EmptyMessage.Length;)
        {
            read += (await connection.ReadUntilAsync(frame => frame is { Type: RawFrame.Data, StreamId: 1 }, "messages")).Payload.Length;
        }

        await connection.WriteAsync(RawFrame.Reset, 1, [0, 0, 0, 8]);

        await ended.Task.Soonish("the cancellation");
        Assert.Equal("0", await connection.CallAsync(3, RawCall.Frame(new Ask())));
        Assert.Empty(host.Log.Errors);
    }

    private static byte[] RequestOf(string method) => RawHeaders.Encode(
        (":method", "POST"), (":scheme", "http"), (":path", "/rpc.tests.Probe/" + method), (":authority", "a"), ("content-type", "application/grpc"));

    private static async Task AssertServesAsync(ProbeHost host)
    {
        using var connection = await RawConnection.OpenAsync(host.Address);

        Assert.Equal("0", await connection.CallAsync(1, RawCall.Frame(new Ask { Text = "next" })));
    }
}
