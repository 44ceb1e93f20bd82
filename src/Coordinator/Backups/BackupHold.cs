using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Owed;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Keeps what a backup has made when it fails while it copies: the captures for a while, the parts of the copy as far as their
/// journals prove them. Somebody may resume the job until then; after that, or when another backup begins, it is swept.
/// </summary>
internal sealed class BackupHold(
    CoordinatorCatalog catalog, OwedDelivery owed, AgentCalls calls, CoordinatorLimits limits, TimeProvider time)
{
    /// <summary>The phase in which it is worthwhile.</summary>
    public const string CopyPhase = "copy";

    /// <summary>True when the job may be gone on with once the cause is mended.</summary>
    public bool IsWorthwhile(RunningJob job, CairnException failure) =>
        limits.Resume > TimeSpan.Zero
        && job.Phase == CopyPhase
        && !job.IsGivenUp
        && failure.Code is not (ErrorCode.JobCancelled or ErrorCode.CaptureLost or ErrorCode.StaleEpoch);

    /// <summary>
    /// Prolongs the captures, and owes the nodes the job's abort for when nobody has resumed it. False, and nothing is kept, when a
    /// database itself is held open for one of them.
    /// </summary>
    public async Task<bool> TryKeepAsync(RunningJob job, string reason, CancellationToken cancellationToken)
    {
        var plan = job.ReadPlan<BackupPlan>()!;
        var until = time.GetUtcNow() + limits.Resume;
        var holding = await Task.WhenAll(plan.Nodes.Select(node => ProlongAsync(job, node, cancellationToken)));
        if (holding.Contains(true))
        {
            return false;
        }

        var abort = new AbortRequest { PointId = plan.PointId, Reason = BackupCommit.Shortened(reason) };
        var next = plan with { CopyRetries = Retries(plan, job.FailedNodes()) };
        job.SavePlan(next, next.PointId, (db, transaction) =>
        {
            JobTable.SetResumable(db, job.Id, until, transaction);
            foreach (var node in plan.Nodes.Concat(plan.Missing.Select(missing => missing.Node)))
            {
                OwedTable.Add(
                    db, transaction, node, job.Cluster, job.Id, OwedCommand.Abort, abort, time.GetUtcNow(), notBefore: until);
            }
        });
        job.SetResumable(until);
        job.Note($"its captures are kept until {until:yyyy-MM-ddTHH:mm:ssZ}; 'cairn job resume {job.Id}' goes on with it");
        return true;
    }

    /// <summary>Has what other failed backups of the cluster have kept swept: two cannot write to one repository.</summary>
    public async Task GiveUpOthersAsync(RunningJob job, CancellationToken cancellationToken)
    {
        if (catalog.Jobs.ForgetResumable(job.Cluster))
        {
            job.Note("what an earlier backup had kept to be resumed is removed");
            await owed.ClearAsync(job.Cluster, job.Id, cancellationToken);
        }
    }

    private static Dictionary<string, int> Retries(BackupPlan plan, IReadOnlyList<string> failed) => plan.Nodes
        .Where(node => plan.CopyRetries.ContainsKey(node) || failed.Contains(node))
        .ToDictionary(
            node => node,
            node => plan.CopyRetries.GetValueOrDefault(node) + (failed.Contains(node) ? 1 : 0),
            StringComparer.Ordinal);

    // A node that cannot be told keeps its capture as long as it copies, and then as long as its last lease says.
    private async Task<bool> ProlongAsync(RunningJob job, string node, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await CaptureLeases.ProlongAsync(job, node, limits.Resume, calls, limits, time, cancellationToken);
            return answer.HoldsDatabase;
        }
        catch (CairnException failure)
        {
            job.Note($"its capture could not be prolonged: {failure.Message}", node);
            return false;
        }
    }
}
