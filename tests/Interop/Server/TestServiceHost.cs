using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Interop.Server;

/// <summary>Our server with the test service, on a free port of the loopback.</summary>
public sealed class TestServiceHost : IAsyncLifetime
{
    private WebApplication? application;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public ObservedCalls Calls { get; } = new();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
            server.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(Calls);
        var gzip = new ObservedGzip();
        builder.Services.AddSingleton(gzip);
        builder.Services.AddGrpc(options => options.CompressionProviders = [gzip]);
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks();
        application = builder.Build();
        application.MapGrpcService<TestService>();
        application.MapGrpcReflectionService();
        application.MapGrpcHealthChecksService();
        await application.StartAsync();
        Address = new Uri(application.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    public async Task DisposeAsync()
    {
        if (application is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            await application.StopAsync(limit.Token);
            await application.DisposeAsync();
        }
    }
}
