using System.Net;
using System.Net.Sockets;
using Cairn.Security.Users;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Security.Limits;

public sealed class PeerLimitTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.66");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task One_address_may_have_so_many_connections_and_others_are_served_meanwhile()
    {
        await using var coordinator = await UserCoordinator.StartAsync(
            TimeProvider.System, PeerLimits.Standard with { ConnectionsPerAddress = 3 });
        using var flood = new Sockets();
        for (var i = 0; i < 3; i++)
        {
            await flood.OpenAsync(coordinator.Url);
        }

        var oneMore = await flood.OpenAsync(coordinator.Url);
        var closed = await Sockets.IsClosedAsync(oneMore);
        var nodes = await coordinator.Admin.ListNodesAsync(new ListNodesRequest());

        Assert.True(closed);
        Assert.NotNull(nodes);
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_closed_and_its_place_is_free_again()
    {
        await using var coordinator = await UserCoordinator.StartAsync(
            TimeProvider.System, PeerLimits.Standard with { ConnectionsPerAddress = 2 }, handshake: TimeSpan.FromSeconds(1));
        using var slow = new Sockets();
        var first = await slow.OpenAsync(coordinator.Url);
        var second = await slow.OpenAsync(coordinator.Url);

        // The beginning of a TLS record, and no more.
        await first.SendAsync(new byte[] { 22, 3, 1, 2, 0 });
        await coordinator.Admin.ListNodesAsync(new ListNodesRequest());
        var ended = await Sockets.IsClosedAsync(first) && await Sockets.IsClosedAsync(second);

        Assert.True(ended);
        await Eventually.HoldsAsync(
            "the address may connect again",
            async token =>
            {
                var again = await slow.OpenAsync(coordinator.Url);
                await again.SendAsync(new byte[] { 22, 3, 1, 2, 0 }, token);
                return await Sockets.StaysOpenAsync(again) ? null : "closed";
            },
            Soon,
            CancellationToken.None);
    }

    [Fact]
    public async Task All_together_may_have_so_many_connections()
    {
        await using var coordinator = await UserCoordinator.StartAsync(
            TimeProvider.System, PeerLimits.Standard with { Connections = 3 });
        using var flood = new Sockets();
        for (var i = 0; i < 3; i++)
        {
            await flood.OpenAsync(coordinator.Url, IPAddress.Parse($"127.0.0.{70 + i}"));
        }

        Assert.True(await Sockets.IsClosedAsync(await flood.OpenAsync(coordinator.Url, IPAddress.Parse("127.0.0.80"))));
    }

    [Fact]
    public async Task A_request_that_is_too_large_is_refused_and_the_next_call_is_served()
    {
        await using var coordinator = await UserCoordinator.StartAsync(
            TimeProvider.System, PeerLimits.Standard with { RequestBytes = 64 * 1024 });
        var admin = coordinator.Admin;

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await admin.AddClusterAsync(
            new AddClusterRequest { Name = new string('x', 65 * 1024), Engine = "e", Nodes = { "n1" } }));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.NotNull(await admin.ListNodesAsync(new ListNodesRequest()));
    }

    /// <summary>Connections from an address of its own, without TLS.</summary>
    private sealed class Sockets : IDisposable
    {
        private readonly List<Socket> open = [];

        public async Task<Socket> OpenAsync(Uri server, IPAddress? from = null)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            open.Add(socket);
            socket.Bind(new IPEndPoint(from ?? Attacker, 0));
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, server.Port);
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Closed so fast that not even this has ended; whoever reads from it finds out.
            }

            return socket;
        }

        /// <summary>True when the server closes it within the time of a test.</summary>
        public static async Task<bool> IsClosedAsync(Socket socket)
        {
            using var limit = new CancellationTokenSource(Soon);
            try
            {
                return await socket.ReceiveAsync(new byte[1], limit.Token) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        /// <summary>True when the server has not closed it after it had time to.</summary>
        public static async Task<bool> StaysOpenAsync(Socket socket)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                return await socket.ReceiveAsync(new byte[1], limit.Token) > 0;
            }
            catch (SocketException)
            {
                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        }

        public void Dispose() => open.ForEach(socket => socket.Dispose());
    }
}
