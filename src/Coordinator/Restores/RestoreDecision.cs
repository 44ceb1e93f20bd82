using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Owed;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// The turning point of a restore, either way. The decision and what it owes to every node become durable in one
/// transaction; a node that is away then is told when it is back, or asks.
/// </summary>
internal sealed class RestoreDecision(OwedDelivery owed, CoordinatorLimits limits, TimeProvider time)
{
    /// <summary>Makes DECIDED durable. Every node has staged and verified its part.</summary>
    public void Decide(RunningJob job, RestoreNotes notes)
    {
        job.Enter("decide");
        var now = time.GetUtcNow();
        job.Decide(JobDecision.Decided, (db, transaction) =>
        {
            foreach (var part in notes.Nodes)
            {
                OwedTable.Add(
                    db, transaction, part.Node, job.Cluster, job.Id, OwedCommand.Decide, new DecideRequest(), now);
            }

            foreach (var part in notes.Nodes)
            {
                OwedTable.Add(
                    db, transaction, part.Node, job.Cluster, job.Id, OwedCommand.Swap, new SwapRequest(), now);
            }
        });
        job.Note(notes.Objects.Count > 0
            ? "decided: every node has staged its part, from here it is put in place"
            : "decided: every node has staged its part, from here it only goes forward");
    }

    /// <summary>Has the nodes swap that have not yet.</summary>
    /// <exception cref="CairnException">Some node has not within the limit; it stays owed, and the operator can undo.</exception>
    public async Task<JobState> RollForwardAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var online = job.ReadPlan<RestoreNotes>()!.Objects.Count > 0;
        job.Enter(online ? "place" : "swap");
        var left = await owed.SettleAsync(job, limits.Command, limits.Patience, cancellationToken);
        if (left.Count == 0)
        {
            job.Note(online
                ? "the files are in place on all nodes; the database does not know of them yet"
                : "all nodes hold the restored data; the old data are beside until they are discarded");
            return JobState.Succeeded;
        }

        var (node, failure) = left.First();
        throw new CairnException(
            failure.Code,
            $"the restore is decided but not in place on {string.Join(", ", left.Keys.Order(StringComparer.Ordinal))}: {failure.Message}",
            online
                ? $"mend that, take the files out again with 'cairn restore undo {job.Cluster}', and restore again; the database was told of nothing"
                : $"mend that and it will be put in place by itself, or go back: cairn restore undo {job.Cluster}",
            node,
            failure.Subject);
    }

    /// <summary>Decides that nothing will be swapped, and has every node remove its stage.</summary>
    public async Task CallOffAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        DecideCallOff(job, notes);
        await SettleCallOffAsync(job, cancellationToken);
    }

    /// <summary>Decides that nothing will be swapped; the nodes are told by whoever delivers what is owed.</summary>
    public void DecideCallOff(RunningJob job, RestoreNotes notes)
    {
        var request = new DiscardRequest { RestoreJobId = job.Id.ToString() };
        job.Decide(JobDecision.Aborted, (db, transaction) =>
        {
            foreach (var part in notes.Nodes)
            {
                OwedTable.Add(
                    db, transaction, part.Node, job.Cluster, job.Id, OwedCommand.Discard, request, time.GetUtcNow());
            }
        });
    }

    /// <summary>Has the nodes remove their stage that have not yet; what cannot be reached stays owed.</summary>
    public async Task SettleCallOffAsync(RunningJob job, CancellationToken cancellationToken)
    {
        job.Enter("abort");
        var left = await owed.SettleAsync(job, limits.Call, limits.Call, cancellationToken);
        foreach (var (node, failure) in left)
        {
            job.Note($"its stage will be removed when it is back: {failure.Message}", node);
        }
    }
}
