using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Goes on without a node that failed, where the operator allowed a partial point: the node takes no further part, the plan says
/// so, and the node is owed the abort of what it had begun.
/// </summary>
internal sealed class NodeLoss(TimeProvider time)
{
    /// <summary>
    /// True when the failure is one node's own and the job may go on without that node: not when the cluster as a whole did not hold
    /// still, and not when it was the last one.
    /// </summary>
    public static bool IsBearable(BackupPlan plan, CairnException failure) =>
        plan.OnNodeFailure == NodeFailurePolicy.Partial
        && failure.Node is { } node
        && plan.Nodes.Contains(node)
        && plan.Nodes.Count > 1
        && failure.Code is not (ErrorCode.StaleEpoch or ErrorCode.JobCancelled or ErrorCode.LeaderMoved or ErrorCode.CaptureUnstable
            or ErrorCode.CutInconsistent or ErrorCode.MetadataTooLarge or ErrorCode.Unsupported);

    /// <summary>The plan without the nodes that failed; the first failure that is not bearable is thrown. Nothing was asked of them yet.</summary>
    public static BackupPlan Exclude(RunningJob job, BackupPlan plan, IEnumerable<CairnException> failures) => failures.Aggregate(
        plan, (left, failure) => IsBearable(left, failure) ? Exclude(job, left, failure) : throw failure);

    /// <summary>As <see cref="Exclude(RunningJob, BackupPlan, IEnumerable{CairnException})"/>, recorded with what the nodes are owed.</summary>
    public BackupPlan GoOnWithoutAll(RunningJob job, BackupPlan plan, IEnumerable<CairnException> failures) => failures.Aggregate(
        plan, (left, failure) => IsBearable(left, failure) ? GoOnWithout(job, left, failure) : throw failure);

    /// <summary>The plan without the node that failed, recorded together with what the node is owed.</summary>
    public BackupPlan GoOnWithout(RunningJob job, BackupPlan plan, CairnException failure)
    {
        var without = Exclude(job, plan, failure);
        job.SavePlan(without, without.PointId, (db, transaction) => OwedTable.Add(
            db,
            transaction,
            failure.Node!,
            job.Cluster,
            job.Id,
            OwedCommand.Abort,
            new AbortRequest { PointId = plan.PointId, Reason = "the point is made without this node" },
            time.GetUtcNow()));
        return without;
    }

    private static BackupPlan Exclude(RunningJob job, BackupPlan plan, CairnException failure)
    {
        var node = failure.Node!;
        job.ReportFailure(node, failure);
        job.Note($"the job goes on without it, as allowed: {failure.Message}", node);
        return plan with
        {
            Nodes = [.. plan.Nodes.Where(other => other != node)],
            Missing = [.. plan.Missing, new MissingNode(node, failure.Code.WireName(), failure.Message)],
        };
    }
}
