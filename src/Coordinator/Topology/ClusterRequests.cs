using System.Security.Cryptography;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Topology;

/// <summary>What people ask about clusters.</summary>
internal sealed class ClusterRequests(CoordinatorCatalog catalog, ClusterSurvey survey, LockBreaking breaking, TimeProvider time)
{
    private const int MaxNodes = 10_000;
    private const int LongestReason = 200;

    /// <summary>Makes a cluster known.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.AlreadyExists"/>.</exception>
    public Cluster Add(AddClusterRequest request)
    {
        var problems = ClusterRules.Problems(request.Name, request.Engine, request.Nodes, MaxNodes).ToList();
        if (!Enum.IsDefined(request.OnNodeFailure))
        {
            problems.Add($"on-node-failure {(int)request.OnNodeFailure} is neither abort nor partial");
        }

        if (problems.Count > 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"the cluster cannot be added: {string.Join("; ", problems)}",
                "mend what is named and add it again");
        }

        return catalog.Clusters
            .Add(new ClusterDefinition(request.Name, request.Engine, [.. request.Nodes])
            {
                OnNodeFailure = request.OnNodeFailure == NodeFailurePolicy.Partial ? NodeFailurePolicy.Partial : NodeFailurePolicy.Abort,
            })
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

    /// <summary>Frees such a lock, or breaks a job's; throws as <see cref="ClusterTable.Unlock"/> and <see cref="LockBreaking.BreakAsync"/>.</summary>
    public async Task<Cluster> UnlockAsync(UnlockClusterRequest request, Caller asker, CancellationToken cancellationToken)
    {
        if (!request.BreakJob)
        {
            breaking.RequireNoJob(catalog.Clusters.Get(request.Name), request.LockId);
            return catalog.Clusters.Unlock(request.Name, request.LockId).ToMessage();
        }

        await breaking.BreakAsync(catalog.Clusters.Get(request.Name), request.LockId, asker.Name, cancellationToken);
        return catalog.Clusters.Get(request.Name).ToMessage();
    }

    /// <summary>One look at a cluster, problems included.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>.</exception>
    public async Task<V1.Topology> LookAsync(string name, CancellationToken cancellationToken)
    {
        var topology = await survey.LookAsync(catalog.Clusters.Get(name), askDatabases: true, cancellationToken);
        return topology.ToMessage();
    }
}
