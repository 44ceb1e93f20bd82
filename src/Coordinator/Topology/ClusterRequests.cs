using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>What people ask about clusters.</summary>
internal sealed class ClusterRequests(CoordinatorCatalog catalog, ClusterSurvey survey)
{
    private const int MaxNodes = 10_000;

    /// <summary>Makes a cluster known.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.AlreadyExists"/>.</exception>
    public Cluster Add(AddClusterRequest request)
    {
        var problems = ClusterRules.Problems(request.Name, request.Engine, request.Nodes, MaxNodes);
        if (problems.Count > 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the cluster cannot be added: {string.Join("; ", problems)}",
                "mend what is named and add it again");
        }

        return catalog.Clusters
            .Add(new ClusterDefinition(request.Name, request.Engine, [.. request.Nodes]))
            .ToMessage();
    }

    /// <summary>All clusters, by name.</summary>
    public ListClustersResponse List() => new() { Clusters = { catalog.Clusters.All().Select(cluster => cluster.ToMessage()) } };

    /// <summary>One look at a cluster, problems included.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>.</exception>
    public async Task<V1.Topology> LookAsync(string name, CancellationToken cancellationToken)
    {
        var topology = await survey.LookAsync(catalog.Clusters.Get(name), askDatabases: true, cancellationToken);
        return topology.ToMessage();
    }
}
