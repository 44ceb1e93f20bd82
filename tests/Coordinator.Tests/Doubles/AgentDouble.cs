using System.Net;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>
/// An agent without a disk: it keeps the whole task protocol (journal, repeated ids, epochs, watching) in memory and serves
/// it over a real loopback connection. It can fail, be slow, and die and come back with its journal.
/// </summary>
internal sealed class AgentDouble(string node, string engine) : IAsyncDisposable
{
    private WebApplication? app;

    public string Node => node;

    public bool IsAlive => app is not null;

    public AgentMemory Memory { get; } = new();

    public AgentScript Script { get; } = new();

    public string Address { get; private set; } = "";

    /// <summary>What it describes; tests may change it.</summary>
    public InstanceDescription Instance { get; } = new()
    {
        Name = "db",
        Engine = engine,
        Version = "v1",
        RunState = RunState.Running,
        Capabilities = { "backup.hot", "backup.cold", "restore" },
    };

    public int ProtocolVersion { get; set; } = Cairn.Shared.ProtocolVersion.Current;

    public async Task StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.Zero);
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 64 * 1024 * 1024;
            grpc.Interceptors.Add<ErrorInterceptor>();
        });
        builder.Services.AddSingleton(new ServerIdentity(node));
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton<AgentDoubleService>();
        app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<AgentDoubleService>();
        await app.StartAsync();
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    /// <summary>Its process is gone: connections break, nothing listens. Running tasks stay in the journal.</summary>
    public async Task DieAsync()
    {
        if (app is { } dying)
        {
            app = null;
            await dying.DisposeAsync();
        }
    }

    public NodeDescription Describe()
    {
        var description = new NodeDescription
        {
            Node = node,
            AgentVersion = "0.0-test",
            ProtocolVersion = ProtocolVersion,
            AgentTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow() + Script.ClockAhead),
            Instances = { Instance },
            Repository = new RepositoryDescription { Path = $"/backups/{node}" },
            Remnants =
            {
                Memory.Restores.Select(restore => new RestoreRemnant { JobId = restore.Key, State = restore.Value, PointId = "" }),
            },
        };
        foreach (var (cluster, epoch) in Memory.Epochs)
        {
            description.Epochs[cluster] = epoch;
        }

        return description;
    }

    /// <summary>The kinds of the commands that it took, in order.</summary>
    public IReadOnlyList<string> Kinds() =>
        [.. Memory.Received.Select(received => received.Step.Length > 0 ? $"{received.Kind} {received.Step}" : received.Kind)];

    public ValueTask DisposeAsync() => new(DieAsync());
}
