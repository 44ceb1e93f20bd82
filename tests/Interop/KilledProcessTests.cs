using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using Interop.Client;
using Interop.Peers;
using Interop.Server;
using Interop.Testing;

namespace Interop;

/// <summary>Either side is ended by a signal that it cannot handle, in every state that a call can be in.</summary>
public sealed class KilledProcessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly Metadata Hold = new() { { "x-interop-hold", "1" } };

    public static TheoryData<string> Servers => ["grpc-js", "grpcio"];

    public static TheoryData<string, string> ClientStates()
    {
        var states = new TheoryData<string, string>();
        foreach (var state in new[]
        {
            "stay_in_unary", "stay_in_client_stream", "stay_in_server_stream", "stay_in_duplex", "stay_half_closed",
        })
        {
            states.Add("grpc-js", state);
            states.Add("grpcio", state);
        }

        return states;
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Every_open_call_is_unavailable_when_the_server_is_killed(string implementation)
    {
        await using var peer = implementation == "grpc-js" ? PeerProcess.Node("server.mjs") : PeerProcess.Python("server.py");
        var port = (await peer.ReadLineAsync())["PORT ".Length..];
        using var channel = GrpcChannel.ForAddress("http://127.0.0.1:" + port);
        var client = new Testing.TestService.TestServiceClient(channel);
        using var unary = client.UnaryCallAsync(new SimpleRequest(), Hold);
        using var unsent = client.StreamingInputCall();
        using var sent = client.StreamingInputCall();
        await sent.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = new Payload() });
        using var waiting = client.StreamingOutputCall(Ping(60));
        using var spread = client.StreamingOutputCall(Ping(0, 60));
        Assert.True(await spread.ResponseStream.MoveNext().WaitAsync(Limit));
        using var silent = client.FullDuplexCall();
        using var duplex = client.FullDuplexCall();
        await duplex.RequestStream.WriteAsync(Ping(0));
        Assert.True(await duplex.ResponseStream.MoveNext().WaitAsync(Limit));
        using var halfClosed = client.FullDuplexCall();
        await halfClosed.RequestStream.WriteAsync(Ping(0, 60));
        await halfClosed.RequestStream.CompleteAsync();
        Assert.True(await halfClosed.ResponseStream.MoveNext().WaitAsync(Limit));

        await peer.KillAsync();

        await AssertUnavailableAsync(unary.ResponseAsync);
        await AssertUnavailableAsync(unsent.ResponseAsync);
        await AssertUnavailableAsync(sent.ResponseAsync);
        await AssertUnavailableAsync(waiting.ResponseStream.MoveNext());
        await AssertUnavailableAsync(spread.ResponseStream.MoveNext());
        await AssertUnavailableAsync(silent.ResponseStream.MoveNext());
        await AssertUnavailableAsync(duplex.ResponseStream.MoveNext());
        await AssertUnavailableAsync(duplex.RequestStream.WriteAsync(Ping(0)));
        await AssertUnavailableAsync(halfClosed.ResponseStream.MoveNext());
        await AssertUnavailableAsync(client.EmptyCallAsync(new Empty()).ResponseAsync);
    }

    [Theory]
    [MemberData(nameof(ClientStates))]
    public async Task The_call_of_a_killed_client_is_cancelled_and_the_next_is_served(string implementation, string state)
    {
        var host = new TestServiceHost();
        await host.InitializeAsync();
        try
        {
            var port = host.Address.Port.ToString(CultureInfo.InvariantCulture);
            await using var peer = implementation == "grpc-js"
                ? PeerProcess.Node("client.mjs", port, state)
                : PeerProcess.Python("client.py", port, state);
            await host.Calls.FirstBegun.WaitAsync(Limit);

            await peer.KillAsync();

            await host.Calls.FirstCancelled.WaitAsync(Limit);
            using var next = new ClientCases(host.Address);
            await next.RunAsync("large_unary");
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

    private static StreamingOutputCallRequest Ping(params int[] seconds) => new()
    {
        ResponseParameters = { seconds.Select(s => new ResponseParameters { Size = 1, IntervalUs = s * 1_000_000 }) },
    };
}
