using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Owed;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// The end of a backup, either way. The decision and what it owes to every node become durable in one transaction; from
/// then on the nodes only have to be told, now or when they are back.
/// </summary>
internal sealed class BackupCommit(OwedDelivery owed, CoordinatorLimits limits, TimeProvider time)
{
    private const int LongestReason = 500;

    /// <summary>Decides that the point will exist.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.JobCancelled"/>: it was given up first.</exception>
    public void Decide(RunningJob job, BackupPlan plan, CommitRecord record)
    {
        job.Enter("commit");
        var request = new CommitRequest { PointId = plan.PointId, Record = record };
        job.Decide(JobDecision.Committing, (db, transaction) =>
        {
            foreach (var node in plan.Nodes)
            {
                OwedTable.Add(
                    db, transaction, node, job.Cluster, job.Id, OwedCommand.Commit, request, time.GetUtcNow());
            }
        });
    }

    /// <summary>Gives the commit record to the nodes that have not confirmed it yet.</summary>
    /// <exception cref="CairnException">Not one node could be given it within the limit; it stays owed to all.</exception>
    public async Task<JobState> RollForwardAsync(RunningJob job, CancellationToken cancellationToken)
    {
        job.Enter("commit");
        var plan = job.ReadPlan<BackupPlan>()!;
        var left = await owed.SettleAsync(job, limits.Command, limits.Call, cancellationToken);
        if (NobodyHolds(plan, left))
        {
            // Nobody holds the point yet, so it is worth waiting longer.
            left = await owed.SettleAsync(job, limits.Command, limits.Patience, cancellationToken);
        }

        if (NobodyHolds(plan, left))
        {
            var failure = left[plan.Nodes[0]];
            throw new CairnException(
                failure.Code,
                $"no node could be given the commit record yet: {failure.Message}",
                "bring the nodes back: the record is owed to them, and the point exists as soon as one holds it",
                plan.Nodes[0],
                failure.Subject);
        }

        foreach (var (node, failure) in left)
        {
            job.Note(
                plan.Nodes.Contains(node)
                    ? $"the commit record will be given to it when it is back: {failure.Message}"
                    : $"what it has of the point is removed when it is back: {failure.Message}",
                node);
        }

        if (plan.Missing.Count == 0)
        {
            return JobState.Succeeded;
        }

        foreach (var finding in PointCoverage.Of(plan).Findings)
        {
            job.Note(finding);
        }

        return JobState.Partial;
    }

    private static bool NobodyHolds(BackupPlan plan, IReadOnlyDictionary<string, CairnException> left) =>
        plan.Nodes.All(left.ContainsKey);

    /// <summary>A reason as it goes into an abort.</summary>
    public static string Shortened(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];

    /// <summary>Decides that there will be no point, and has every node sweep what it has of it.</summary>
    public async Task CallOffAsync(
        RunningJob job, BackupPlan plan, string reason, CancellationToken cancellationToken)
    {
        DecideAbort(job, plan, reason);
        await SettleAbortAsync(job, cancellationToken);
    }

    /// <summary>Decides that there will be no point; the nodes are told by whoever delivers what is owed.</summary>
    public void DecideAbort(RunningJob job, BackupPlan plan, string reason)
    {
        var request = new AbortRequest { PointId = plan.PointId, Reason = Shortened(reason) };
        job.Decide(JobDecision.Aborted, (db, transaction) =>
        {
            foreach (var node in plan.Nodes.Concat(plan.Missing.Select(missing => missing.Node)))
            {
                OwedTable.Add(
                    db, transaction, node, job.Cluster, job.Id, OwedCommand.Abort, request, time.GetUtcNow());
            }
        });
    }

    /// <summary>Has the nodes sweep that have not yet; what cannot be reached stays owed.</summary>
    public async Task SettleAbortAsync(RunningJob job, CancellationToken cancellationToken)
    {
        job.Enter("abort");
        var left = await owed.SettleAsync(job, limits.Call, limits.Call, cancellationToken);
        foreach (var (node, failure) in left)
        {
            job.Note($"it will be cleaned up when it is back: {failure.Message}", node);
        }
    }
}
