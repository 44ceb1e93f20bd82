using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// Has the nodes of a restore stop and start their instances. What they run for it stands in their own configurations; both may be
/// repeated.
/// </summary>
internal sealed class RestoreServices(CoordinatorCatalog catalog, NodeTasks tasks, CoordinatorLimits limits)
{
    /// <summary>Stops what runs on all nodes, proved.</summary>
    /// <exception cref="CairnException">What kept the first node from it.</exception>
    public Task<IReadOnlyDictionary<string, V1.TaskStatus>> StopAsync(
        RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        job.Enter("stop");
        return tasks.OnAllAsync(
            job,
            NodesOf(notes),
            new TaskName("stop"),
            Terms,
            (agent, header, options, _) => agent.StopInstancesAsync(
                new StopInstancesRequest { Header = header, Engine = EngineOf(job) }, options),
            cancellationToken);
    }

    /// <summary>Starts the instances over the restored data.</summary>
    /// <exception cref="CairnException">Some node could not; the restored data stay in place.</exception>
    public async Task StartAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        try
        {
            await StartAllAsync(job, notes, "start", cancellationToken);
            job.Note("all instances run");
        }
        catch (CairnException failure)
        {
            throw new CairnException(
                failure.Code,
                $"the restored data are in place, but the instances could not be started: {failure.Message}",
                $"{failure.WayOut}; or start them by hand, or go back: cairn restore undo {job.Cluster}",
                failure.Node,
                failure.Subject);
        }
    }

    /// <summary>Starts again what the job had stopped, over the old data, after it was called off. A failure is noted.</summary>
    public async Task StartAgainAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        try
        {
            await StartAllAsync(job, notes, "start again", cancellationToken);
            job.Note("all instances run again over their old data");
        }
        catch (CairnException failure)
        {
            job.Note($"not all instances could be started again: {failure.Message}", failure.Node ?? "");
        }
    }

    private Task<IReadOnlyDictionary<string, V1.TaskStatus>> StartAllAsync(
        RunningJob job, RestoreNotes notes, string phase, CancellationToken cancellationToken)
    {
        job.Enter(phase);
        return tasks.OnAllAsync(
            job,
            NodesOf(notes),
            new TaskName(phase),
            Terms,
            (agent, header, options, _) => agent.StartInstancesAsync(
                new StartInstancesRequest { Header = header, Engine = EngineOf(job) }, options),
            cancellationToken);
    }

    private string EngineOf(RunningJob job) => catalog.Clusters.Get(job.Cluster).Engine;

    private TaskTerms Terms => new(limits.Command, limits.Patience, Repeatable: true);

    private static IEnumerable<string> NodesOf(RestoreNotes notes) => notes.Nodes.Select(part => part.Node);
}
