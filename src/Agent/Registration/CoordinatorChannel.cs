using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Grpc.Net.Client;

namespace Cairn.Agent.Registration;

/// <summary>The channel to the coordinator that this agent obeys: nobody else is talked to behind its address.</summary>
internal static class CoordinatorChannel
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAliveDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Opens it; connections are made by calls. Without identities it is plain text.</summary>
    public static GrpcChannel Open(Uri coordinator, IdentityStore? identities, TimeProvider time) =>
        GrpcChannel.ForAddress(coordinator, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = identities is null
                ? MakeHandler()
                : new ClientTlsHandler(identities, own => own.Naming.Coordinator, MakeHandler, time),
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
