using System.Net;
using Cairn.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Tests.Plain;

/// <summary>As much of a coordinator as an agent talks to, over real gRPC.</summary>
internal sealed class TestCoordinator : Coordinator.CoordinatorBase, IAsyncDisposable
{
    private readonly GetDecisionResponse.Types.Decision decision;
    private WebApplication? application;
    private int decisionsAsked;
    private int heartbeats;

    private TestCoordinator(GetDecisionResponse.Types.Decision decision) => this.decision = decision;

    public Uri Address { get; private set; } = null!;

    public int DecisionsAsked => Volatile.Read(ref decisionsAsked);

    public int Heartbeats => Volatile.Read(ref heartbeats);

    public List<RegisterAgentRequest> Registrations { get; } = [];

    /// <summary>False: heartbeats are answered as by a coordinator that lost its catalog.</summary>
    public bool Knows { get; set; } = true;

    public static async Task<TestCoordinator> StartAsync(
        GetDecisionResponse.Types.Decision decision = GetDecisionResponse.Types.Decision.UnknownJob)
    {
        var coordinator = new TestCoordinator(decision);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(coordinator);
        builder.Services.AddGrpc();
        coordinator.application = builder.Build();
        coordinator.application.MapGrpcService<TestCoordinator>();
        await coordinator.application.StartAsync();
        coordinator.Address = new Uri(coordinator.application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First());
        return coordinator;
    }

    public override Task<RegisterAgentResponse> RegisterAgent(RegisterAgentRequest request, ServerCallContext context)
    {
        lock (Registrations)
        {
            Registrations.Add(request);
        }

        return Task.FromResult(new RegisterAgentResponse { HeartbeatIntervalMs = 100, ProtocolVersion = 1 });
    }

    public override Task<HeartbeatResponse> Heartbeat(HeartbeatRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref heartbeats);
        return Task.FromResult(new HeartbeatResponse { Known = Knows });
    }

    public override Task<GetDecisionResponse> GetDecision(GetDecisionRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref decisionsAsked);
        return Task.FromResult(new GetDecisionResponse { Decision = decision });
    }

    public async ValueTask DisposeAsync()
    {
        if (application is { } running)
        {
            application = null;
            await running.DisposeAsync();
        }
    }
}
