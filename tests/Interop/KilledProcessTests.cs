using Grpc.Core;
using Grpc.Net.Client;
using Interop.Peers;
using Interop.Server;
using Interop.Testing;

namespace Interop;

public sealed class KilledProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_open_call_is_unavailable_when_the_server_is_killed()
    {
        await using var peer = PeerProcess.Node("server.mjs");
        var port = (await peer.ReadLineAsync())["PORT ".Length..];
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:" + port);
        var client = new Testing.TestService.TestServiceClient(channel);
        using var duplex = client.FullDuplexCall();
        await duplex.RequestStream.WriteAsync(Ping(intervalUs: 0));
        Assert.True(await duplex.ResponseStream.MoveNext());
        using var serverStream = client.StreamingOutputCall(Ping(intervalUs: 60_000_000));
        using var clientStream = client.StreamingInputCall();
        await clientStream.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = new Payload() });

        await peer.KillAsync();

        await AssertUnavailableAsync(duplex.ResponseStream.MoveNext());
        await AssertUnavailableAsync(serverStream.ResponseStream.MoveNext());
        await AssertUnavailableAsync(clientStream.ResponseAsync);
        await AssertUnavailableAsync(client.EmptyCallAsync(new Empty()).ResponseAsync);
    }

    [Fact]
    public async Task The_server_sees_the_call_of_a_killed_client_cancelled()
    {
        var host = new TestServiceHost();
        await host.InitializeAsync();
        try
        {
            await using var peer = PeerProcess.Node(
                "client.mjs", host.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "stay_connected");
            Assert.Equal("connected", await peer.ReadLineAsync());

            await peer.KillAsync();

            await host.Cancellations.FirstSeen.WaitAsync(Limit);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private static async Task AssertUnavailableAsync(Task call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Limit));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
    }

    private static StreamingOutputCallRequest Ping(int intervalUs) => new()
    {
        ResponseParameters = { new ResponseParameters { Size = 1, IntervalUs = intervalUs } },
    };
}
