using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rpc.Tests.Probing;

namespace Rpc.Tests.TestServer;

/// <summary>An HTTP server whose answers a test writes by hand, for what no gRPC server would answer.</summary>
internal sealed class HandMadeServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private HandMadeServer(WebApplication application)
    {
        this.application = application;
        Address = application.Services.GetRequiredService<IServer>().Features
            .GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
    }

    public string Address { get; }

    public static async Task<HandMadeServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server =>
            server.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync();
        return new HandMadeServer(application);
    }

    /// <summary>A well-formed answer but for what the arguments say.</summary>
    public static Task<HandMadeServer> StartAsync(byte[] body, string? status, params (string Name, string Value)[] headers) =>
        StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            foreach (var (name, value) in headers)
            {
                context.Response.Headers.Append(name, value);
            }

            await context.Response.StartAsync();
            await context.Response.Body.WriteAsync(body);
            if (status is not null)
            {
                context.Response.AppendTrailer("grpc-status", status);
            }
        });

    public Probe.ProbeClient OpenClient(Action<GrpcChannelOptions>? configure = null)
    {
        var options = new GrpcChannelOptions();
        configure?.Invoke(options);
        return new Probe.ProbeClient(GrpcChannel.ForAddress(Address, options));
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.Zero);
        await application.StopAsync(limit.Token);
        await application.DisposeAsync();
    }
}
