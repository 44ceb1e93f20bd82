using Cairn.Shared.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Cli.Tests.Scripted;

/// <summary>Serves a <see cref="ScriptedCoordinator"/> on loopback with the product's own error edge.</summary>
internal sealed class CoordinatorServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private CoordinatorServer(WebApplication application, int port)
    {
        this.application = application;
        Port = port;
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Starts one; port 0 takes a free one.</summary>
    public static async Task<CoordinatorServer> StartAsync(ScriptedCoordinator script, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(
            System.Net.IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(script);
        builder.Services.AddSingleton(new ServerIdentity(""));
        builder.Services.AddGrpc(options => options.Interceptors.Add<ErrorInterceptor>());
        var application = builder.Build();
        application.MapGrpcService<ScriptedCoordinator>();
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new CoordinatorServer(application, new Uri(addresses.Addresses.Single()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }
}
