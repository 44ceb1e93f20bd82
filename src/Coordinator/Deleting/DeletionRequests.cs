using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Plans;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Deleting;

/// <summary>What people ask about deleting points. It is asked for with the hash of the plan that the caller saw.</summary>
internal sealed class DeletionRequests(CoordinatorCatalog catalog, DeletionPlanner planner, JobStart jobs, TimeProvider time)
{
    /// <summary>The plan; throws as <see cref="DeletionPlanner.PlanAsync"/>.</summary>
    public async Task<DeletionPlan> PlanAsync(DeleteBackupRequest request, CancellationToken cancellationToken)
    {
        var planned = await planner.PlanAsync(request.Cluster, request.Point, cancellationToken);
        catalog.Plans.Put(planned.Seen, time.GetUtcNow());
        return planned.Plan;
    }

    /// <summary>Starts a deletion. Its job plans again under the cluster's lock, and ends when that is not what was seen.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(DeleteBackupRequest request, Caller asker)
    {
        catalog.Clusters.Get(request.Cluster);
        PlanCheck.RequireHash(request.PlanHash, $"cairn backup delete {request.Cluster} {request.Point} --dry-run");
        return jobs.Start(JobKind.Delete, request.Cluster, request, asker);
    }
}
