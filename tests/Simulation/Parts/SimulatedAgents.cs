using Cairn.Coordinator.Nodes;
using Cairn.Shared.Calls;
using Cairn.Simulation.Network;
using Grpc.Core.Interceptors;

namespace Cairn.Simulation.Parts;

/// <summary>The coordinator's way to the agents of its world.</summary>
internal sealed class SimulatedAgents(World world, Endpoint coordinator) : IAgentClients
{
    private static readonly DeadlineInterceptor Deadlines = new();

    /// <inheritdoc/>
    public V1.Agent.AgentClient Client(string node, string address) =>
        new(new SimulatedInvoker(world.Network, coordinator, node).Intercept(Deadlines));
}
