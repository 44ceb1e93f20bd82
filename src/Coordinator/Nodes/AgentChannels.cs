using System.Collections.Concurrent;
using Cairn.Shared.Calls;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Cairn.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Cairn.Coordinator.Nodes;

/// <summary>
/// One channel per agent, made at the first call to its address and kept until the coordinator ends or the node is revoked.
/// With TLS only the certificate of that very node is accepted behind the address.
/// </summary>
internal sealed class AgentChannels(TransportSecurity transport, TimeProvider time, IdentityStore? identities = null)
    : IAgentClients, IDisposable
{
    // The evidence of a large cluster and a node's list of points are the largest messages.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(15);

    private static readonly DeadlineInterceptor Deadlines = new();

    private readonly ConcurrentDictionary<(string Node, string Address), Lazy<GrpcChannel>> channels = new();

    /// <inheritdoc/>
    public Agent.AgentClient Client(string node, string address) =>
        new(channels.GetOrAdd((node, address), key => new Lazy<GrpcChannel>(() => Open(key.Node, key.Address))).Value
            .Intercept(Deadlines));

    /// <summary>Cancels the running calls to a node and closes its connections; the next call opens new ones.</summary>
    public void Close(string node)
    {
        foreach (var key in channels.Keys.Where(key => key.Node == node))
        {
            if (channels.TryRemove(key, out var channel) && channel.IsValueCreated)
            {
                channel.Value.Dispose();
            }
        }
    }

    /// <summary>Cancels running calls and closes all connections.</summary>
    public void Dispose()
    {
        foreach (var channel in channels.Values.Where(channel => channel.IsValueCreated))
        {
            channel.Value.Dispose();
        }
    }

    private GrpcChannel Open(string node, string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        Credentials = transport.IsInsecure ? ChannelCredentials.Insecure : ChannelCredentials.SecureSsl,
        MaxReceiveMessageSize = MaxMessageBytes,
        DisposeHttpClient = true,
        HttpHandler = transport.IsInsecure
            ? MakeHandler()
            : new ClientTlsHandler(identities!, _ => new PeerIdentity(CallerKind.Node, node), MakeHandler, time),
    });

    private static SocketsHttpHandler MakeHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectTimeout = ConnectTimeout,
        KeepAlivePingDelay = KeepAliveDelay,
        KeepAlivePingTimeout = KeepAliveTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
    };
}
