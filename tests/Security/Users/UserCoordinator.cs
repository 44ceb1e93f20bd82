using System.Net;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Compatibility;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Service;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.Shared.Security.Tls;
using Cairn.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Security.Users;

/// <summary>A coordinator in this process over TLS with its first admin, and clients with every kind of credential.</summary>
internal sealed class UserCoordinator : IAsyncDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-users-");
    private readonly List<GrpcChannel> channels = [];
    private readonly TimeProvider time;
    private WebApplication application = null!;

    private UserCoordinator(TimeProvider time) => this.time = time;

    public string AdminToken { get; private set; } = "";

    public Uri Url => new(CoordinatorHost.UrlOf(application));

    /// <summary>Where existing scripts are answered.</summary>
    public Uri CompatibilityUrl =>
        new(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last());

    public V1.Coordinator.CoordinatorClient Admin => Client(AdminToken);

    public static async Task<UserCoordinator> StartAsync(
        TimeProvider time, PeerLimits? peers = null, TimeSpan? handshake = null)
    {
        var coordinator = new UserCoordinator(time);
        var limits = CoordinatorLimits.From(new LimitsOptions());
        coordinator.application = CoordinatorHost.Build(
            new CoordinatorSettings(
                new IPEndPoint(IPAddress.Loopback, 0),
                Path.Combine(coordinator.state.FullName, "catalog.db"),
                LogFile: null,
                Reflection: false,
                [new ClusterDefinition("c1", "none", ["n1"])],
                handshake is { } term ? limits with { Handshake = term } : limits)
            {
                Peers = peers ?? PeerLimits.Standard,
                Compatibility = new CompatibilitySettings(new IPEndPoint(IPAddress.Loopback, 0), "c1"),
            },
            time);
        await coordinator.application.StartAsync();
        coordinator.application.Services.GetRequiredService<FirstAdmin>().Ensure(
            (_, token) => coordinator.AdminToken = token);
        return coordinator;
    }

    /// <summary>Somebody with a token; null for nobody.</summary>
    public V1.Coordinator.CoordinatorClient Client(string? token) => new(Channel(token));

    public GrpcChannel Channel(string? token)
    {
        var credential = new CredentialOptions
        {
            Address = Url.ToString(),
            Ca = application.Services.GetRequiredService<CoordinatorIdentity>().CaPem,
            Token = token ?? "",
        };
        return Keep(GrpcChannel.ForAddress(Url, CredentialTransport.ChannelOptions(credential, Handler, time)));
    }

    /// <summary>The contract about certificates, for somebody with a token.</summary>
    public V1.Identity.IdentityClient Identity(string token) => new(Channel(token));

    /// <summary>A user with a certificate as an admin has it made.</summary>
    public async Task<V1.Coordinator.CoordinatorClient> CertifiedUserAsync(string name)
    {
        using var key = new KeyRequest(name);
        var answer = await Identity(AdminToken).CertifyUserAsync(
            new CertifyUserRequest { User = name, SigningRequest = ByteString.CopyFrom(key.SigningRequest) });
        return new(Shown(LocalIdentity.OfClient(
            application.Services.GetRequiredService<CoordinatorIdentity>().CaPem, coordinatorName: null, answer.Certificates, key.KeyPem)));
    }

    /// <summary>A node's agent, as far as its certificate goes.</summary>
    public V1.Coordinator.CoordinatorClient Node(string name) => new(Certified(CallerKind.Node, name));

    /// <summary>Somebody with a certificate of the coordinator's own authority.</summary>
    public GrpcChannel Certified(CallerKind kind, string name)
    {
        var authority = application.Services.GetRequiredService<CoordinatorIdentity>().RequireAuthority();
        using var request = new KeyRequest(name);
        using var certificate = authority.Sign(
            new PeerIdentity(kind, name), request.SigningRequest, TimeSpan.FromDays(1), notBefore: null);
        var shown = LocalIdentity.OfClient(
            authority.Pem, coordinatorName: null, certificate.ExportCertificatePem(), request.KeyPem);
        return Shown(shown);
    }

    private GrpcChannel Shown(LocalIdentity identity) => Keep(GrpcChannel.ForAddress(Url, new GrpcChannelOptions
    {
        DisposeHttpClient = true,
        HttpHandler = new ClientTlsHandler(new IdentityStore(() => identity), own => own.Naming.Coordinator, Handler, time),
    }));

    public async Task<string> AddAsync(string name, UserRole role, TimeSpan ttl = default) =>
        (await Admin.AddUserAsync(new AddUserRequest { Name = name, Role = role, TtlMs = (long)ttl.TotalMilliseconds })).Token;

    public IReadOnlyList<AuditEntry> Audited(Func<AuditRecord, bool> wanted) =>
        new AuditListing(application.Services.GetRequiredService<AuditLog>()).Newest(1000, wanted, CancellationToken.None);

    public static async Task<CairnException> RefusalAsync<T>(AsyncUnaryCall<T> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await call);
        return RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, "the coordinator under test");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        await application.StopAsync();
        await application.DisposeAsync();
        state.Delete(recursive: true);
    }

    private static SocketsHttpHandler Handler() => new() { UseProxy = false };

    private GrpcChannel Keep(GrpcChannel channel)
    {
        channels.Add(channel);
        return channel;
    }
}
