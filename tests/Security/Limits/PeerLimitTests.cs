using System.Net;
using System.Net.Sockets;
using Cairn.Security.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.V1;
using Grpc.Core;
using Grpc.Health.V1;

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

    [Fact]
    public async Task One_connection_may_have_so_many_calls_at_once_and_others_are_served_meanwhile()
    {
        const int MostCalls = 128;
        await using var coordinator = await UserCoordinator.StartAsync(TimeProvider.System);
        var health = new Health.HealthClient(coordinator.Channel(token: null));
        var open = new List<AsyncServerStreamingCall<HealthCheckResponse>>();
        for (var i = 0; i < MostCalls; i++)
        {
            open.Add(health.Watch(new HealthCheckRequest()));
            Assert.True(await open[^1].ResponseStream.MoveNext().WaitAsync(Soon));
        }

        using var oneMore = health.Watch(new HealthCheckRequest());
        var answer = oneMore.ResponseStream.MoveNext();
        await coordinator.Admin.ListNodesAsync(new ListNodesRequest());
        var hasWaited = !answer.IsCompleted;
        open[0].Dispose();

        Assert.True(hasWaited);
        Assert.True(await answer.WaitAsync(Soon));
        open.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task Nobody_has_more_than_a_little_of_a_request_held_without_a_credential()
    {
        await using var coordinator = await UserCoordinator.StartAsync(TimeProvider.System);
        var bytes = Marshallers.Create<byte[]>(sent => sent, received => received);
        var method = new Method<byte[], byte[]>(MethodType.ClientStreaming, "cairn.v1.Coordinator", "AddCluster", bytes, bytes);

        // A request whose end never comes: without the bound it would be waited for.
        using var call = coordinator.Channel(token: null).CreateCallInvoker().AsyncClientStreamingCall(method, host: null, new CallOptions());
        var writing = call.RequestStream.WriteAsync(new byte[UnprovenRequests.MaxBytes + 1]);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WaitAsync(Soon));
        await Record.ExceptionAsync(() => writing);

        Assert.Equal(ErrorCode.CredentialMissing, RpcErrors.FromRpc(failure, ErrorCode.Internal, "the coordinator").Code);
        var record = Assert.Single(coordinator.Audited(record => record.Outcome == "CREDENTIAL_MISSING"));
        Assert.Equal(("refused", "", "/cairn.v1.Coordinator/AddCluster"), (record.Kind, record.Who, record.Call));
    }

    [Fact]
    public async Task A_large_request_is_refused_under_the_code_of_what_was_shown_and_counted_as_a_guess()
    {
        await using var coordinator = await UserCoordinator.StartAsync(
            TimeProvider.System, PeerLimits.Standard with { FailuresAllowed = 2, LockOut = TimeSpan.FromMinutes(5) });
        var wrong = coordinator.Client(coordinator.AdminToken[..^3] + "AAA");
        var large = new AddClusterRequest { Name = new string('x', 2 * UnprovenRequests.MaxBytes), Engine = "e", Nodes = { "n1" } };

        var first = await UserCoordinator.RefusalAsync(wrong.AddClusterAsync(large));
        var second = await UserCoordinator.RefusalAsync(wrong.AddClusterAsync(large));
        var third = await UserCoordinator.RefusalAsync(wrong.AddClusterAsync(large));

        Assert.Equal(
            (ErrorCode.CredentialInvalid, ErrorCode.CredentialInvalid, ErrorCode.TooManyFailures), (first.Code, second.Code, third.Code));
    }

    [Fact]
    public async Task What_needs_no_credential_is_bounded_too_and_who_shows_one_may_send_more()
    {
        await using var coordinator = await UserCoordinator.StartAsync(TimeProvider.System);
        var nobody = coordinator.Channel(token: null);
        var much = new string('x', 2 * UnprovenRequests.MaxBytes);

        var health = await UserCoordinator.RefusalAsync(
            new Health.HealthClient(nobody).CheckAsync(new HealthCheckRequest { Service = much }));
        var enrolment = await UserCoordinator.RefusalAsync(
            new V1.Identity.IdentityClient(nobody).EnrolAsync(new EnrolRequest { Token = much, Node = "n1" }));
        var admins = await UserCoordinator.RefusalAsync(
            coordinator.Admin.AddClusterAsync(new AddClusterRequest { Name = much, Engine = "e", Nodes = { "n1" } }));
        var served = await new Health.HealthClient(nobody).CheckAsync(new HealthCheckRequest());

        Assert.Equal((ErrorCode.CredentialMissing, ErrorCode.CredentialMissing), (health.Code, enrolment.Code));
        Assert.Equal(ErrorCode.InvalidRequest, admins.Code);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, served.Status);
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
