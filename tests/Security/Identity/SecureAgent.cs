using System.Net;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Identity;
using Cairn.Agent.Registration;
using Cairn.Agent.Restore;
using Cairn.Repository;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Security.Identity;

/// <summary>A whole agent in this process over TLS, without a database.</summary>
internal sealed class SecureAgent : IAsyncDisposable
{
    private readonly WebApplication application;

    private SecureAgent(WebApplication application)
    {
        this.application = application;
        Url = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        application.Services.GetRequiredService<BoundAddress>().Set(Url.GetLeftPart(UriPartial.Authority));
    }

    public Uri Url { get; }

    public IdentityStore Identity => application.Services.GetRequiredService<IdentityStore>();

    public CoordinatorClient Coordinator => application.Services.GetRequiredService<CoordinatorClient>();

    /// <summary>Starts an agent that has been enrolled, or brings its own certificates.</summary>
    public static async Task<SecureAgent> StartAsync(AgentSettings settings, TimeProvider time)
    {
        var application = AgentHost.Build(settings, time, new NoHook());
        await application.StartAsync();
        return new SecureAgent(application);
    }

    /// <summary>Enrols and starts it.</summary>
    public static async Task<SecureAgent> EnrolAndStartAsync(SecureCoordinator coordinator, Scratch files, string node)
    {
        var settings = Settings(files, node, coordinator.Url);
        await new Enrolment(settings, coordinator.Time).EnrolAsync(
            coordinator.TokenFor(node), adopting: false, CancellationToken.None);
        return await StartAsync(settings, coordinator.Time);
    }

    public static AgentSettings Settings(Scratch files, string node, Uri coordinator, TlsOptions? tls = null) => new()
    {
        Node = node,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Coordinator = coordinator,
        Tls = tls,
        StateDirectory = files.At(node, "state"),
        RepositoryPath = files.At(node, "repository"),
        Roots = [files.Root],
        Compression = Compression.Fastest,
        MaxPackBytes = 64 << 20,
        Instances = [],
        Engines = BuildEngines.With(new EngineLimits()),
        FreeFloorBytes = 0,
        CaptureCheck = TimeSpan.FromSeconds(1),
        ReconnectMax = TimeSpan.FromSeconds(1),
    };

    public async ValueTask DisposeAsync()
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }
}
