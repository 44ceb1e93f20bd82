using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Owed;
using Cairn.Coordinator.Plans;
using Cairn.V1;

namespace Cairn.Coordinator.Deleting;

/// <summary>
/// Deletes one point on all nodes of its cluster. Once that is decided the point is gone, whatever a node that was away still
/// holds: it is owed the tombstone, and the point is not listed any more.
/// </summary>
internal sealed class DeleteFlow(
    DeletionPlanner planner, PlanCheck plans, OwedDelivery owed, CoordinatorLimits limits, TimeProvider time) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Delete;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        if (job.Decision == JobDecision.None)
        {
            var request = DeleteBackupRequest.Parser.ParseFrom(job.Request);
            var planned = await job.CancellableAsync(token => PlanAsync(job, request, token), cancellationToken);
            Decide(job, planned);
        }

        job.Enter("delete");
        var left = await owed.SettleAsync(job, limits.Command, limits.Call, cancellationToken);
        foreach (var (node, failure) in left)
        {
            job.Note($"its part is deleted when it is back: {failure.Message}", node);
        }

        return JobState.Succeeded;
    }

    private async Task<PlannedDeletion> PlanAsync(RunningJob job, DeleteBackupRequest request, CancellationToken cancellationToken)
    {
        job.Enter("find point");
        var planned = await planner.PlanAsync(job.Cluster, request.Point, cancellationToken);
        plans.Require(request.PlanHash, planned.Seen, $"cairn backup delete {job.Cluster} {planned.Notes.PointId} --dry-run");
        job.Note(DeletionPlanner.Freed(planned.Plan));
        job.SavePlan(planned.Notes, planned.Notes.PointId);
        return planned;
    }

    private void Decide(RunningJob job, PlannedDeletion planned)
    {
        job.Enter("decide");
        var now = time.GetUtcNow();
        job.Decide(JobDecision.Decided, (db, transaction) =>
        {
            PointTable.MarkDeleted(db, planned.Record, now, transaction);
            foreach (var node in planned.Notes.Nodes)
            {
                OwedTable.Add(
                    db,
                    transaction,
                    node,
                    job.Cluster,
                    job.Id,
                    OwedCommand.Delete,
                    new DeleteRequest { PointId = planned.Notes.PointId },
                    now);
            }
        });
    }
}
