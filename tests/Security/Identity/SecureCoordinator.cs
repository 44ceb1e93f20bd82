using System.Net;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Service;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Security.Identity;

/// <summary>A whole coordinator in this process over TLS, with an authority of its own.</summary>
internal sealed class SecureCoordinator : IAsyncDisposable
{
    private readonly WebApplication application;

    private SecureCoordinator(WebApplication application, TimeProvider time)
    {
        this.application = application;
        Time = time;
        Url = new Uri(CoordinatorHost.UrlOf(application));
    }

    public TimeProvider Time { get; }

    public Uri Url { get; }

    public IServiceProvider Services => application.Services;

    public CoordinatorIdentity Identity => Services.GetRequiredService<CoordinatorIdentity>();

    public CertificateAuthority Authority => Identity.Authority!;

    /// <summary>What admins ask, without the wire between.</summary>
    public IdentityRequests Requests => Services.GetRequiredService<IdentityRequests>();

    public static async Task<SecureCoordinator> StartAsync(string state, TimeProvider time, TlsOptions? tls = null)
    {
        var application = CoordinatorHost.Build(Settings(state, tls), time);
        await application.StartAsync();
        return new SecureCoordinator(application, time);
    }

    public static CoordinatorSettings Settings(string state, TlsOptions? tls = null) => new(
        new IPEndPoint(IPAddress.Loopback, 0),
        Path.Combine(state, "catalog.db"),
        LogFile: null,
        Reflection: false,
        [],
        CoordinatorLimits.From(new LimitsOptions { CertificateHours = 1 }))
    {
        Tls = tls,
    };

    public GrpcChannel Connect(LocalIdentity shown) => TestIdentities.Connect(Url, shown, Time);

    public string TokenFor(string node, long ttlSeconds = 3600) =>
        Requests.CreateToken(new CreateJoinTokenRequest { Node = node, TtlSeconds = ttlSeconds }).Token;

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }
}
