using Grpc.Core;
using Grpc.Net.Client;
using Rpc.Tests.Probing;
using Rpc.Tests.TestServer;

namespace Rpc.Tests.Calls;

public sealed class CallContextTests
{
    [Fact]
    public async Task The_context_tells_what_the_call_is()
    {
        await using var host = await ProbeHost.StartAsync();
        var isAuthenticated = true;
        var (method, authority, peer, deadline) = ("", "", "", DateTime.MinValue);
        host.Behaviour.One = (_, context) =>
        {
            isAuthenticated = context.AuthContext.IsPeerAuthenticated;
            (method, authority, peer, deadline) = (context.Method, context.Host, context.Peer, context.Deadline);
            context.UserState["key"] = "kept";
            return Task.FromResult(new Answer { Text = (string)context.UserState["key"] });
        };

        var answer = await host.OpenClient().OneAsync(new Ask());

        Assert.Equal("/rpc.tests.Probe/One", method);
        Assert.Equal(new Uri(host.Address).Authority, authority);
        Assert.StartsWith("ipv4:127.0.0.1:", peer, StringComparison.Ordinal);
        Assert.Equal(DateTime.MaxValue, deadline);
        Assert.Equal("kept", answer.Text);
        Assert.False(isAuthenticated);
    }

    [Fact]
    public async Task Metadata_of_every_kind_reaches_the_server()
    {
        await using var host = await ProbeHost.StartAsync();
        Metadata seen = [];
        host.Behaviour.One = (_, context) =>
        {
            seen = context.RequestHeaders;
            return Task.FromResult(new Answer());
        };
        var headers = new Metadata
        {
            { "X-Text", "value" },
            { "x-empty", "" },
            { "x-bytes-bin", [0, 255] },
            { "x-bytes-bin", [1] },
            { "x-none-bin", [] },
            { "expires", "never" },
            { "grpc-status-details-bin", [7] },
        };

        await host.OpenClient().OneAsync(new Ask(), headers);

        Assert.Equal(("value", ""), (seen.GetValue("x-text"), seen.GetValue("x-empty")));
        Assert.Equal(["00FF", "01"], seen.GetAll("x-bytes-bin").Select(e => Convert.ToHexString(e.ValueBytes)));
        Assert.Empty(seen.GetValueBytes("x-none-bin")!);
        Assert.Equal("never", seen.GetValue("expires"));
        Assert.Equal([7], seen.GetValueBytes("grpc-status-details-bin")!);
        Assert.DoesNotContain(seen, e => e.Key is "te" or "content-type" or "grpc-accept-encoding" || e.Key.StartsWith(':'));
    }

    [Fact]
    public async Task Metadata_that_cannot_be_sent_fails_the_call()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.OpenClient().OneAsync(new Ask(), new Metadata { { "x-text", "☺" } });
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
    }

    [Fact]
    public async Task A_message_too_large_to_receive_ends_the_call_on_either_side()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageSize = 1000);
        var large = Google.Protobuf.ByteString.CopyFrom(new byte[2000]);
        host.Behaviour.Spread = (_, answers, _) => answers.WriteAsync(new Answer { Body = large });

        var atServer = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().OneAsync(new Ask { Body = large }).ResponseAsync);
        using var call = host.OpenClient(options => options.MaxReceiveMessageSize = 1000).Spread(new Ask());
        var atClient = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (atServer.StatusCode, atClient.StatusCode));
    }

    [Fact]
    public async Task A_message_too_large_to_send_ends_the_call_on_either_side()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxSendMessageSize = 1000);
        var large = Google.Protobuf.ByteString.CopyFrom(new byte[2000]);

        var atServer = await Assert.ThrowsAsync<RpcException>(() => host.OpenClient().OneAsync(new Ask { Body = large }).ResponseAsync);
        var client = host.OpenClient(options => options.MaxSendMessageSize = 1000);
        var atClient = await Assert.ThrowsAsync<RpcException>(() => client.OneAsync(new Ask { Body = large }).ResponseAsync);

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (atServer.StatusCode, atClient.StatusCode));
    }

    [Fact]
    public async Task The_server_receives_four_mebibytes_and_no_more_unless_told()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.OpenClient(options => options.MaxReceiveMessageSize = null);

        var fits = await client.OneAsync(new Ask { Body = Google.Protobuf.ByteString.CopyFrom(new byte[(4 << 20) - 100]) });
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            client.OneAsync(new Ask { Body = Google.Protobuf.ByteString.CopyFrom(new byte[4 << 20]) }).ResponseAsync);

        Assert.Equal((4 << 20) - 100, fits.Body.Length);
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
    }

    [Fact]
    public async Task A_disposed_channel_cancels_its_calls_and_makes_no_more()
    {
        await using var host = await ProbeHost.StartAsync();
        var isCancelled = new TaskCompletionSource();
        host.Behaviour.One = async (_, context) =>
        {
            await context.CancellationToken.Fires();
            isCancelled.SetResult();
            return new Answer();
        };
        var channel = host.OpenChannel();
        var client = new Probe.ProbeClient(channel);

        using var call = client.OneAsync(new Ask());
        await Soon.Until(() => channel.ActiveCalls == 1, "the call to be known to its channel");
        channel.Dispose();

        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Soonish("the cancelled call"));
        Assert.Equal(StatusCode.Cancelled, failure.StatusCode);
        Assert.Throws<ObjectDisposedException>(() => client.OneAsync(new Ask()));
        Assert.Equal(0, channel.ActiveCalls);
    }

    [Fact]
    public void Credentials_must_fit_the_address()
    {
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "https://localhost", new GrpcChannelOptions { Credentials = ChannelCredentials.Insecure }));
        Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress(
            "http://localhost", new GrpcChannelOptions { Credentials = ChannelCredentials.SecureSsl }));
    }
}
