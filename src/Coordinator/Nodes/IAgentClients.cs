using Cairn.V1;

namespace Cairn.Coordinator.Nodes;

/// <summary>How agents are called: over connections, or by what stands in for them in a test.</summary>
internal interface IAgentClients
{
    /// <summary>A client of the node's agent at <paramref name="address"/>; cheap, to be used once or many times.</summary>
    Agent.AgentClient Client(string node, string address);
}
