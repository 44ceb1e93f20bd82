using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Jobs;

/// <summary>Takes a cluster's lock away from a job that holds it, for whoever names that job and knows what it interrupts.</summary>
internal sealed class LockBreaking(CoordinatorCatalog catalog, JobRunner runner)
{
    /// <summary>Refuses to free a job's lock as if it were one for maintenance, and says what breaking it would interrupt.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.ClusterLocked"/>, if <paramref name="holder"/> is a job that holds it.</exception>
    public void RequireNoJob(ClusterRecord cluster, string holder)
    {
        if (cluster.Holders.FirstOrDefault(held => held.JobId == holder) is { } held)
        {
            throw new CairnException(
                ErrorCode.ClusterLocked,
                $"the lock of cluster '{cluster.Name}' is held by {held.Kind.Word()} job {held.JobId}: {Interrupts(held)}",
                $"wait for it or give it up (cairn job cancel {holder}); if neither helps: cairn cluster unlock {cluster.Name} --lock {holder} --break",
                subject: holder);
        }
    }

    /// <summary>Ends the job that is named; its lock is free when this returns.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: that job does not hold the cluster's lock.</exception>
    public async Task BreakAsync(ClusterRecord cluster, string holder, string by, CancellationToken cancellationToken)
    {
        if (cluster.Holders.All(held => held.JobId != holder) || !JobId.TryParse(holder, out var id))
        {
            var held = cluster.Holders.Count == 0 ? "no job does" : string.Join(", ", cluster.Holders.Select(other => other.JobId));
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"'{holder}' does not hold the lock of cluster '{cluster.Name}'; its holder: {held}",
                "name the holder by its whole id: 'cairn cluster show' has it",
                subject: cluster.Name);
        }

        await runner.BreakAsync(id, by, cancellationToken);
    }

    private string Interrupts(LockHolder held)
    {
        var job = JobId.TryParse(held.JobId, out var id) ? catalog.Jobs.Find(id) : null;
        if (job is null)
        {
            return "breaking it ends that job";
        }

        var left = job.Decision switch
        {
            JobDecision.None when job.Kind is JobKind.Backup => "there will be no point, and what it made is removed",
            JobDecision.None => "nothing is decided yet, and what it made is removed",
            JobDecision.Aborted => "it is being cleaned up, and that goes on",
            _ => "it has decided, and what it still owes to the nodes goes on",
        };
        return $"breaking it interrupts phase '{job.Phase}'{(job.PointId.Length > 0 ? $" of point {job.PointId}" : "")}"
            + $"{(job.AskedBy.Length > 0 ? $", asked for by {job.AskedBy}" : "")}; {left}";
    }
}
