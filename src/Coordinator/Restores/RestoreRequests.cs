using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Objects;
using Cairn.Coordinator.Plans;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// What people, and agents in doubt, ask about restores. Whatever replaces or removes data is asked for with the hash of the
/// plan that the caller saw.
/// </summary>
internal sealed class RestoreRequests(
    CoordinatorCatalog catalog,
    RestorePlanner planner,
    PastRestores past,
    PlanCheck plans,
    JobStart jobs,
    AuditedPaths paths,
    TimeProvider time)
{
    /// <summary>The plan; throws as <see cref="RestorePlanner.PlanAsync"/>. What it finds of refused paths is audited under <paramref name="method"/>.</summary>
    public async Task<RestorePlan> PlanAsync(RestoreRequest request, Caller asker, string method, CancellationToken cancellationToken)
    {
        RequirePoint(request);
        var planned = await planner.PlanAsync(request, job: null, cancellationToken);
        catalog.Plans.Put(planned.Seen, time.GetUtcNow());
        await paths.TellAsync(asker, method, planned.Plan, cancellationToken);
        return planned.Plan;
    }

    /// <summary>Starts a restore. Its job plans again under the cluster's lock, and ends when that is not what was seen.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(RestoreRequest request, Caller asker)
    {
        RequirePoint(request);
        PlanCheck.RequireHash(request.PlanHash, $"cairn restore plan {request.Cluster} {request.Point}");
        return jobs.Start(JobKind.Restore, request.Cluster, request, asker);
    }

    /// <summary>What an undo or a discard would do.</summary>
    /// <exception cref="CairnException">As <see cref="PastRestores.FindAsync"/>; <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public async Task<AftermathPlan> PlanAsync(PlanAftermathRequest request, CancellationToken cancellationToken)
    {
        var kind = request.What switch
        {
            Aftermath.Undo => JobKind.Undo,
            Aftermath.Discard => JobKind.Discard,
            _ => throw new CairnException(
                ErrorCode.InvalidRequest, "neither an undo nor a discard is asked about", "name one of them"),
        };
        var (restore, seen) = await FindAsync(kind, request.Cluster, request.RestoreJobId, cancellationToken);
        catalog.Plans.Put(seen, time.GetUtcNow());
        return new AftermathPlan
        {
            Cluster = request.Cluster,
            What = request.What,
            RestoreJobId = restore.JobId,
            PointId = restore.PointId,
            Nodes = { restore.Nodes },
            Steps = { seen.Steps },
            PlanHash = seen.Hash,
        };
    }

    /// <summary>Starts to put the old data of a restore in place again.</summary>
    /// <exception cref="CairnException">
    /// As <see cref="PastRestores.FindAsync"/>; <see cref="ErrorCode.PlanChanged"/>, <see cref="ErrorCode.ClusterLocked"/>.
    /// </exception>
    public async Task<Job> UndoAsync(UndoRestoreRequest request, Caller asker, CancellationToken cancellationToken)
    {
        var restore = await RequireSeenAsync(
            JobKind.Undo, request.Cluster, request.RestoreJobId, request.PlanHash, cancellationToken);
        return jobs.Start(JobKind.Undo, request.Cluster, request, asker, restore.PointId, restore.JobId);
    }

    /// <summary>Starts to remove what a restore left beside.</summary>
    /// <exception cref="CairnException">As <see cref="UndoAsync"/>.</exception>
    public async Task<Job> DiscardAsync(DiscardRestoreRequest request, Caller asker, CancellationToken cancellationToken)
    {
        var restore = await RequireSeenAsync(
            JobKind.Discard, request.Cluster, request.RestoreJobId, request.PlanHash, cancellationToken);
        return jobs.Start(JobKind.Discard, request.Cluster, request, asker, restore.PointId, restore.JobId);
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

    private async Task<PastRestore> RequireSeenAsync(
        JobKind kind, string cluster, string wanted, string hash, CancellationToken cancellationToken)
    {
        var howToSee = $"cairn restore {kind.Word()} {cluster} --dry-run";
        var (restore, seen) = await FindAsync(kind, cluster, wanted, cancellationToken);
        PlanCheck.RequireHash(hash, howToSee);
        plans.Require(hash, seen, howToSee);
        return restore;
    }

    private async Task<(PastRestore Restore, SeenPlan Seen)> FindAsync(
        JobKind kind, string cluster, string wanted, CancellationToken cancellationToken)
    {
        var restore = await past.FindAsync(kind, cluster, wanted, cancellationToken);
        var known = JobId.TryParse(restore.JobId, out var id) ? catalog.Jobs.Find(id) : null;
        return (restore, RestoreSteps.Of(kind, cluster, restore, known?.Aftermath ?? RestoreAftermath.Beside));
    }

    private void RequirePoint(RestoreRequest request)
    {
        catalog.Clusters.Get(request.Cluster);
        if (request.Point.Length == 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, "no point is named", "give a point id, the beginning of one, or 'latest'");
        }

        ObjectPatterns.Check(request.Objects);
        if (request.Objects.Count > 0 && !request.Online)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "a selection of objects is brought back into a cluster that runs, and the restore is of a stopped one",
                "add --online, or leave --objects out");
        }

        if (request.Online && (request.Stop || request.Start || request.Parameters.Count > 0))
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "objects are brought back into a cluster that runs and goes on running",
                "leave out --online, or --stop, --start and words for the engine");
        }
    }
}
