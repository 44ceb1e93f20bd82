using System.Net;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Service;
using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Simulation.Network;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Simulation.Parts;

/// <summary>The coordinator as a process.</summary>
internal sealed class CoordinatorPart(World world, string directory) : Part(world, World.Coordinator, directory, skew: TimeSpan.Zero)
{
    private readonly CoordinatorSettings settings = new(
        new IPEndPoint(IPAddress.Loopback, 1),
        Path.Combine(directory, "catalog.db"),
        LogFile: null,
        Reflection: false,
        [new ClusterDefinition(World.Cluster, PlainEngine.EngineName, world.Nodes)],
        World.Limits)
    {
        Insecure = true,
    };

    protected override void Register(IServiceCollection collection)
    {
        CoordinatorHost.AddParts(collection, settings, Clock, identity: null);
        collection.AddSingleton<IAgentClients>(new SimulatedAgents(World, Endpoint));
        collection.AddSingleton<CoordinatorService>();
    }

    protected override void Open(IServiceProvider provider) => CoordinatorHost.Open(provider, settings);

    protected override ServedMethods Serve(IServiceProvider provider)
    {
        var methods = new ServedMethods(
            new ServedCallInterceptor(),
            ActivatorUtilities.CreateInstance<ErrorInterceptor>(provider),
            new Caller(CallerKind.User, "operator", Role.Admin, Address: null, Refusal: null));
        V1.Coordinator.BindService(methods, provider.GetRequiredService<CoordinatorService>());
        return methods;
    }

    // SQLite knows within one process who has a file open, whatever the kernel says.
    protected override void LoseMemory(IServiceProvider provider) => provider.GetRequiredService<CatalogDatabase>().Dispose();
}
