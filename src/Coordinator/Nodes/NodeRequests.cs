using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Identity;
using Cairn.Shared;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Nodes;

/// <summary>What agents tell of themselves, and what people ask about nodes.</summary>
internal sealed class NodeRequests(
    NodeDirectory nodes, AgentCalls calls, CoordinatorCatalog catalog, Revocations revocations, CoordinatorLimits limits, TimeProvider time)
{
    /// <summary>Takes a registration; throws as <see cref="NodeDirectory.Register"/>.</summary>
    public RegisterAgentResponse Register(RegisterAgentRequest request)
    {
        nodes.Register(request);
        return new RegisterAgentResponse
        {
            HeartbeatIntervalMs = (long)limits.Heartbeat.TotalMilliseconds,
            ProtocolVersion = ProtocolVersion.Current,
        };
    }

    /// <summary>Takes a heartbeat.</summary>
    public HeartbeatResponse Beat(HeartbeatRequest request) => new() { Known = nodes.Beat(request.Node) };

    /// <summary>All nodes: those that registered, and those that a cluster names but that never did.</summary>
    public IReadOnlyList<Node> List()
    {
        var clusters = catalog.Clusters.All();
        var registered = nodes.All();
        var never = clusters
            .SelectMany(cluster => cluster.Nodes)
            .Distinct(StringComparer.Ordinal)
            .Except(registered.Select(node => node.Registration.Name), StringComparer.Ordinal);
        return
        [
            .. registered
                .Select(node => ToMessage(node, clusters))
                .Concat(never.Select(name => NeverSeen(name, clusters)))
                .OrderBy(node => node.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>One node, as its agent describes it now; as it did when it registered where it does not answer.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownNode"/>.</exception>
    public async Task<Node> LookAsync(string name, CancellationToken cancellationToken)
    {
        var node = Get(name);
        if (node.State != "online")
        {
            return node;
        }

        try
        {
            var request = new DescribeRequest { Header = new CommandHeader { TaskId = TaskId.New(time).ToString() } };
            node.Description = await calls.AskAsync(
                name, (agent, options) => agent.DescribeAsync(request, options), cancellationToken);
        }
        catch (CairnException)
        {
            // Its state and its last heartbeat say how old the rest is.
        }

        return node;
    }

    private Node Get(string name) => List().FirstOrDefault(node => node.Name == name) ?? throw new CairnException(
        ErrorCode.UnknownNode,
        $"no node is called '{name}'",
        "'cairn node list' shows the nodes; an agent makes one by registering",
        subject: name);

    private Node ToMessage(KnownNode node, IReadOnlyList<ClusterRecord> clusters)
    {
        var message = node.ToMessage(time.GetUtcNow(), limits.SilentAfter, ClustersOf(node.Registration.Name, clusters));
        if (revocations.FindRegistered(node.Registration.Name, node.Registration.RegisteredAt) is not null)
        {
            message.State = "revoked";
        }
        else if (nodes.IsTooOld(node.Registration.Name))
        {
            message.State = "too old";
        }

        return message;
    }

    private static Node NeverSeen(string name, IReadOnlyList<ClusterRecord> clusters) =>
        new() { Name = name, State = "never seen", Clusters = { ClustersOf(name, clusters) } };

    private static IEnumerable<string> ClustersOf(string node, IReadOnlyList<ClusterRecord> clusters) =>
        clusters.Where(cluster => cluster.Nodes.Contains(node)).Select(cluster => cluster.Name);
}
