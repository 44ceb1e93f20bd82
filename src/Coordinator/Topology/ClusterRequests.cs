using System.Security.Cryptography;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>What people ask about clusters.</summary>
internal sealed class ClusterRequests(CoordinatorCatalog catalog, ClusterSurvey survey, TimeProvider time)
{
    private const int MaxNodes = 10_000;
    private const int LongestReason = 200;

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

    /// <summary>Keeps all jobs away from a cluster; throws as <see cref="ClusterTable.Lock"/>.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: no reason, or one that is too long.</exception>
    public Cluster Lock(LockClusterRequest request)
    {
        if (request.Reason.Trim().Length is 0 or > LongestReason)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"a lock needs a reason of 1 to {LongestReason} characters",
                "say what the cluster is kept for; those whose jobs are refused will read it");
        }

        var id = "m-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        return catalog.Clusters.Lock(request.Name, id, request.Reason.Trim(), time.GetUtcNow()).ToMessage();
    }

    /// <summary>Frees such a lock; throws as <see cref="ClusterTable.Unlock"/>.</summary>
    public Cluster Unlock(UnlockClusterRequest request) => catalog.Clusters.Unlock(request.Name, request.LockId).ToMessage();

    /// <summary>One look at a cluster, problems included.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>.</exception>
    public async Task<V1.Topology> LookAsync(string name, CancellationToken cancellationToken)
    {
        var topology = await survey.LookAsync(catalog.Clusters.Get(name), askDatabases: true, cancellationToken);
        return topology.ToMessage();
    }
}
