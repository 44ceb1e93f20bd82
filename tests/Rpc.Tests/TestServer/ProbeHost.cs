using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rpc.Tests.Probing;

namespace Rpc.Tests.TestServer;

/// <summary>A real Kestrel on a free port of the loopback, with the probe mapped.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    private readonly TimeSpan stopLimit;

    private ProbeHost(WebApplication application, RecordedLog log, TimeSpan stopLimit)
    {
        this.stopLimit = stopLimit;
        Application = application;
        Log = log;
        Address = application.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single(address => !address.Contains("unix:", StringComparison.Ordinal));
    }

    public WebApplication Application { get; }

    public RecordedLog Log { get; }

    public string Address { get; }

    public ProbeBehaviour Behaviour => Application.Services.GetRequiredService<ProbeBehaviour>();

    public static async Task<ProbeHost> StartAsync(
        Action<GrpcServiceOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? routes = null,
        Action<ListenOptions>? listen = null,
        Action<KestrelServerLimits>? limits = null,
        Action<KestrelServerOptions>? server = null,
        TimeSpan? stopLimit = null,
        int port = 0,
        bool keepsLog = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new RecordedLog();
        builder.Logging.ClearProviders();
        if (keepsLog)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            server?.Invoke(kestrel);
            limits?.Invoke(kestrel.Limits);
            kestrel.Listen(IPAddress.Loopback, port, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http2;
                listen?.Invoke(endpoint);
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<ProbeBehaviour>();
        builder.Services.AddGrpc(options);
        services?.Invoke(builder.Services);

        var application = builder.Build();
        application.MapGrpcService<ProbeService>();
        routes?.Invoke(application);
        await application.StartAsync();
        return new ProbeHost(application, log, stopLimit ?? TimeSpan.FromSeconds(5));
    }

    public GrpcChannel OpenChannel(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        return GrpcChannel.ForAddress(Address, options);
    }

    public Probe.ProbeClient OpenClient(Action<GrpcChannelOptions>? configure = null) => new(OpenChannel(configure));

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(stopLimit);
        await Application.StopAsync(limit.Token);
        await Application.DisposeAsync();
    }
}
