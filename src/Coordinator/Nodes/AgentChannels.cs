using System.Collections.Concurrent;
using Cairn.Shared.Calls;
using Cairn.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Cairn.Coordinator.Nodes;

/// <summary>One channel per agent address, made at the first call and kept until the coordinator ends.</summary>
internal sealed class AgentChannels : IDisposable
{
    // The evidence of a large cluster and a node's list of points are the largest messages.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(15);

    private static readonly DeadlineInterceptor Deadlines = new();

    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> channels = new(StringComparer.Ordinal);

    /// <summary>A client of the agent at <paramref name="address"/>; cheap, to be used once or many times.</summary>
    public Agent.AgentClient Client(string address) =>
        new(channels.GetOrAdd(address, static url => new Lazy<GrpcChannel>(() => Open(url))).Value
            .Intercept(Deadlines));

    /// <summary>Cancels running calls and closes all connections.</summary>
    public void Dispose()
    {
        foreach (var channel in channels.Values.Where(channel => channel.IsValueCreated))
        {
            channel.Value.Dispose();
        }
    }

    private static GrpcChannel Open(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        Credentials = ChannelCredentials.Insecure,
        MaxReceiveMessageSize = MaxMessageBytes,
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            KeepAlivePingDelay = KeepAliveDelay,
            KeepAlivePingTimeout = KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        },
    });
}
