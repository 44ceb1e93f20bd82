using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>What one node's agent answered, or why it did not.</summary>
/// <param name="Description">Null exactly when <paramref name="Failure"/> is set.</param>
/// <param name="ClockOffset">The agent's clock minus ours, to within half of the call's time.</param>
internal sealed record NodeSighting(
    string Node, NodeDescription? Description, CairnException? Failure, TimeSpan ClockOffset)
{
    /// <summary>The node's instances of <paramref name="engine"/>; none when it did not answer.</summary>
    public IEnumerable<InstanceDescription> InstancesOf(string engine) =>
        Description?.Instances.Where(instance => instance.Engine == engine) ?? [];

    /// <summary>The sighting as it is told to people and scripts.</summary>
    public NodeTopologyState ToMessage() => new()
    {
        Node = Node,
        Reachable = Description is not null,
        Description = Description,
        Error = Failure?.ToDetail(Node),
        ClockOffsetMs = (long)ClockOffset.TotalMilliseconds,
    };
}
