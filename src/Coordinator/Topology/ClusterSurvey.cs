using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Nodes;
using Cairn.Shared;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Topology;

/// <summary>Asks all agents of a cluster at the same time what they see. A dead node costs one call's deadline.</summary>
internal sealed class ClusterSurvey(AgentCalls calls, TimeProvider time)
{
    /// <summary>
    /// The cluster as its agents and, when <paramref name="askDatabases"/> is set, its databases describe it now.
    /// Problems are in the answer, not thrown.
    /// </summary>
    public async Task<ClusterTopology> LookAsync(
        ClusterRecord cluster, bool askDatabases, CancellationToken cancellationToken)
    {
        var sightings = await Task.WhenAll(
            cluster.Nodes.Select(node => SeeAsync(cluster.Name, node, askDatabases, cancellationToken)));
        return TopologyResolver.Resolve(cluster, sightings, askDatabases);
    }

    private async Task<NodeSighting> SeeAsync(
        string cluster, string node, bool askDatabases, CancellationToken cancellationToken)
    {
        var request = new DescribeRequest
        {
            Header = new CommandHeader { TaskId = TaskId.New(time).ToString(), Cluster = cluster },
            AskDatabases = askDatabases,
        };
        try
        {
            var asked = time.GetUtcNow();
            var description = await calls.AskAsync(
                node, (agent, options) => agent.DescribeAsync(WithDeadline(request, options.Deadline), options), cancellationToken);
            RequireUsable(node, description);
            return new NodeSighting(node, description, Failure: null, Offset(description, asked, time.GetUtcNow()));
        }
        catch (CairnException failure)
        {
            return new NodeSighting(node, Description: null, failure, TimeSpan.Zero);
        }
    }

    private static DescribeRequest WithDeadline(DescribeRequest request, DateTime? deadline)
    {
        request.Header.Deadline = deadline is { } at ? Timestamp.FromDateTime(at) : null;
        return request;
    }

    private static void RequireUsable(string node, NodeDescription description)
    {
        if (description.ProtocolVersion < ProtocolVersion.Oldest)
        {
            throw new AgentTooOldException(node, description.ProtocolVersion, description.AgentVersion);
        }

        if (description.Node != node)
        {
            throw new CairnException(
                ErrorCode.TopologyConflict,
                $"{node}: the agent that registered under this name now calls itself '{description.Node}'",
                "give every agent its own node name and its own port",
                node,
                description.Node);
        }
    }

    private static TimeSpan Offset(NodeDescription description, DateTimeOffset asked, DateTimeOffset answered)
    {
        var middle = asked + ((answered - asked) / 2);
        return description.AgentTime is { } agentTime ? agentTime.ToDateTimeOffset() - middle : TimeSpan.Zero;
    }
}
