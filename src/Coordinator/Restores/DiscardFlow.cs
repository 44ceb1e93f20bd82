using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>Removes what a restore left beside, on all its nodes. From its first command on there is no undo.</summary>
internal sealed class DiscardFlow(
    CoordinatorCatalog catalog, PastRestores past, NodeTasks tasks, CoordinatorLimits limits) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Discard;

    /// <inheritdoc/>
    public bool CanBeCancelled => false;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var nodes = await past.NodesAsync(Kind, job.Cluster, job.RestoreJobId, cancellationToken);
        SetAftermath(job, RestoreAftermath.Discarding);
        job.Enter("discard");
        var discarded = await tasks.OnAllAsync(
            job,
            nodes,
            new TaskName("discard"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.DiscardAsync(
                new DiscardRequest { Header = header, RestoreJobId = job.RestoreJobId }, options),
            cancellationToken);
        SetAftermath(job, RestoreAftermath.Discarded);
        var freed = discarded.Values.Sum(status => status.Discard?.BytesFreed ?? 0);
        job.Note(string.Create(CultureInfo.InvariantCulture, $"{freed} bytes are free again"));
        return JobState.Succeeded;
    }

    private void SetAftermath(RunningJob job, RestoreAftermath aftermath)
    {
        if (JobId.TryParse(job.RestoreJobId, out var restore))
        {
            catalog.Jobs.SetAftermath(restore, aftermath);
        }
    }
}
