using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Client;

public sealed class ConnectionTests
{
    private int connections;

    [Fact]
    public async Task Calls_after_a_goaway_go_to_a_new_connection_and_the_running_one_is_finished()
    {
        await using var host = await StartCountingAsync();
        host.Behaviour.One = (ask, context) =>
        {
            if (ask.Text == "last")
            {
                context.GetHttpContext().Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
            }

            return Task.FromResult(new Answer { Text = ask.Text });
        };
        var client = host.OpenClient();

        var last = await client.OneAsync(new Ask { Text = "last" });
        var next = await client.OneAsync(new Ask { Text = "next" }).ResponseAsync.Soonish("the call after the GOAWAY");

        Assert.Equal(("last", "next", 2), (last.Text, next.Text, connections));
    }

    [Fact]
    public async Task No_call_fails_while_the_server_closes_connection_after_connection()
    {
        const string Closing = "close";
        const int Workers = 15;
        await using var host = await StartCountingAsync();
        var closing = "";
        var elsewhere = 0;
        host.Behaviour.One = async (ask, context) =>
        {
            var http = context.GetHttpContext();
            if (ask.Text == Closing)
            {
                // A connection that is gone before its client has read the GOAWAY may fail calls that are on their way, and nobody can
                // say whether they were taken. So this one is held until the client has gone elsewhere: to a new connection, or to one
                // more that it opened when the last one ended.
                Volatile.Write(ref closing, http.Connection.Id);
                Volatile.Write(ref elsewhere, 0);
                http.Features.GetRequiredFeature<IConnectionLifetimeNotificationFeature>().RequestClose();
                await Soon.Until(() => Volatile.Read(ref elsewhere) > 2 * Workers, "calls on another connection only");
            }
            else if (http.Connection.Id == Volatile.Read(ref closing))
            {
                Volatile.Write(ref elsewhere, 0);
            }
            else
            {
                Interlocked.Increment(ref elsewhere);
            }

            return new Answer { Count = ask.Count };
        };
        var client = host.OpenClient();
        using var open = client.Talk();
        await open.RequestStream.WriteAsync(new Ask { Text = "before" });
        Assert.True(await open.ResponseStream.MoveNext());

        using var closed = new CancellationTokenSource();
        var calling = Enumerable.Range(0, Workers).Select(async worker =>
        {
            var made = 0;
            while (!closed.IsCancellationRequested)
            {
                Assert.Equal(made, (await client.OneAsync(new Ask { Count = made }).ResponseAsync.Soonish("a call")).Count);
                made++;
            }

            return made;
        }).ToList();
        for (var i = 0; i < 50; i++)
        {
            await client.OneAsync(new Ask { Text = Closing }).ResponseAsync.Soonish("a call that closes its connection");
        }

        await closed.CancelAsync();
        Assert.All(await Task.WhenAll(calling), made => Assert.InRange(made, 1, int.MaxValue));
        await open.RequestStream.WriteAsync(new Ask { Text = "after" });

        // The stream that was open all the while is finished on the connection that it began on.
        Assert.True(await open.ResponseStream.MoveNext().Soonish("the stream's answer"));
        Assert.Equal("after", open.ResponseStream.Current.Text);
        Assert.InRange(connections, 51, int.MaxValue);
    }

    [Fact]
    public async Task A_limit_of_one_stream_per_connection_is_respected()
    {
        await using var host = await StartCountingAsync(maxStreams: 1);
        var client = host.OpenClient(options => options.HttpHandler = new SocketsHttpHandler());

        using (var open = client.Talk())
        {
            await open.RequestStream.WriteAsync(new Ask());
            Assert.True(await open.ResponseStream.MoveNext());
            using var waiting = client.OneAsync(new Ask { Text = "waits" });
            await open.RequestStream.CompleteAsync();
            Assert.False(await open.ResponseStream.MoveNext());

            Assert.Equal("waits", (await waiting.ResponseAsync.Soonish("the call that had to wait")).Text);
        }

        Assert.Equal(1, connections);
    }

    [Fact]
    public async Task A_call_that_waits_for_a_stream_still_has_its_deadline()
    {
        await using var host = await StartCountingAsync(maxStreams: 1);
        var client = host.OpenClient(options => options.HttpHandler = new SocketsHttpHandler());
        using var open = client.Talk();
        await open.RequestStream.WriteAsync(new Ask());
        Assert.True(await open.ResponseStream.MoveNext());

        using var waiting = client.OneAsync(
            new Ask(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromMilliseconds(200));
        var failure = await Assert.ThrowsAsync<RpcException>(() => waiting.ResponseAsync.Soonish("the deadline"));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task A_reset_after_a_whole_message_but_before_the_status_fails_the_call()
    {
        await using var server = await HandMadeServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(RawCall.Frame(new Answer { Text = "hello" }));
            await context.Response.Body.FlushAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(0);
        });

        using var call = server.OpenClient().OneAsync(new Ask());
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the failure"));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task A_server_that_closes_every_connection_leaves_its_callers_with_unavailable()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var channel = GrpcChannel.ForAddress($"http://{listener.LocalEndpoint}");

        using var call = new Probe.ProbeClient(channel).OneAsync(new Ask());
        while (!call.ResponseAsync.IsCompleted)
        {
            var next = listener.AcceptSocketAsync();
            if (await Task.WhenAny(next, call.ResponseAsync).WaitAsync(TimeSpan.FromSeconds(10)) == next)
            {
                (await next).Dispose();
            }
        }

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private Task<ProbeHost> StartCountingAsync(int maxStreams = 100) => ProbeHost.StartAsync(
        limits: limits => limits.Http2.MaxStreamsPerConnection = maxStreams,
        listen: listen => listen.Use(next => async connection =>
        {
            Interlocked.Increment(ref connections);
            await next(connection);
        }));
}
