using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>What people, and agents in doubt, ask about restores.</summary>
internal sealed class RestoreRequests(
    CoordinatorCatalog catalog, RestorePlanner planner, PastRestores past, JobStart jobs)
{
    /// <summary>The plan; throws as <see cref="RestorePlanner.PlanAsync"/>.</summary>
    public async Task<RestorePlan> PlanAsync(RestoreRequest request, CancellationToken cancellationToken)
    {
        RequirePoint(request);
        return (await planner.PlanAsync(request, job: null, cancellationToken)).Plan;
    }

    /// <summary>Starts a restore.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(RestoreRequest request)
    {
        RequirePoint(request);
        return jobs.Start(JobKind.Restore, request.Cluster, request);
    }

    /// <summary>Starts to put the old data of a restore in place again.</summary>
    /// <exception cref="CairnException">As <see cref="PastRestores.FindAsync"/>, and <see cref="ErrorCode.ClusterLocked"/>.</exception>
    public async Task<Job> UndoAsync(UndoRestoreRequest request, CancellationToken cancellationToken)
    {
        var restore = await past.FindAsync(JobKind.Undo, request.Cluster, request.RestoreJobId, cancellationToken);
        return jobs.Start(JobKind.Undo, request.Cluster, request, restore.PointId, restore.JobId);
    }

    /// <summary>Starts to remove what a restore left beside.</summary>
    /// <exception cref="CairnException">As <see cref="UndoAsync"/>.</exception>
    public async Task<Job> DiscardAsync(DiscardRestoreRequest request, CancellationToken cancellationToken)
    {
        var restore = await past.FindAsync(JobKind.Discard, request.Cluster, request.RestoreJobId, cancellationToken);
        return jobs.Start(JobKind.Discard, request.Cluster, request, restore.PointId, restore.JobId);
    }

    /// <summary>What was decided about a restore, from the catalog.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it is not a job id.</exception>
    public GetDecisionResponse Decision(GetDecisionRequest request)
    {
        var job = catalog.Jobs.Find(JobId.Parse(request.RestoreJobId));
        return new GetDecisionResponse { Decision = Decision(job) };
    }

    private static GetDecisionResponse.Types.Decision Decision(JobRecord? job) => job switch
    {
        null or { Kind: not JobKind.Restore } => GetDecisionResponse.Types.Decision.UnknownJob,

        // The operator went back on it: an agent that had not swapped yet must not do so now.
        { Decision: JobDecision.Decided, Aftermath: RestoreAftermath.Undoing or RestoreAftermath.Undone } =>
            GetDecisionResponse.Types.Decision.Aborted,
        { Decision: JobDecision.Decided } => GetDecisionResponse.Types.Decision.Decided,
        { Decision: JobDecision.Aborted } or { HasEnded: true } => GetDecisionResponse.Types.Decision.Aborted,
        _ => GetDecisionResponse.Types.Decision.Pending,
    };

    private void RequirePoint(RestoreRequest request)
    {
        catalog.Clusters.Get(request.Cluster);
        if (request.Point.Length == 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, "no point is named", "give a point id, the beginning of one, or 'latest'");
        }
    }
}
