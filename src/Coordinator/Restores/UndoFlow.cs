using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>Puts the old data of a restore in place again, on all its nodes, also from a restore that is half done.</summary>
internal sealed class UndoFlow(
    CoordinatorCatalog catalog, PastRestores past, ClusterSurvey survey, NodeTasks tasks, CoordinatorLimits limits) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Undo;

    /// <inheritdoc/>
    public bool CanBeCancelled => false;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var nodes = await RequireAllAsync(job, cancellationToken);
        GiveUpGoingForward(job);
        job.Enter("undo");

        var plan = await PlanAsync(job, nodes, cancellationToken);
        await tasks.OnAllAsync(
            job,
            plan.Swapped,
            new TaskName("undo"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.UndoAsync(
                new UndoRequest
                {
                    Header = header, RestoreJobId = job.RestoreJobId, ObjectsAbsent = past.ObjectsOf(job.RestoreJobId).Count > 0,
                },
                options),
            cancellationToken);
        await tasks.OnAllAsync(
            job,
            plan.Staged,
            new TaskName("discard"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.DiscardAsync(
                new DiscardRequest { Header = header, RestoreJobId = job.RestoreJobId }, options),
            cancellationToken);
        SetAftermath(job, RestoreAftermath.Undone);
        job.Note("all nodes hold the old data again; what was restored is beside until it is discarded");
        return JobState.Succeeded;
    }

    private async Task<IReadOnlyList<string>> RequireAllAsync(RunningJob job, CancellationToken cancellationToken)
    {
        job.Enter("describe");
        var nodes = await past.NodesAsync(Kind, job.Cluster, job.RestoreJobId, cancellationToken);
        await LookAsync(job, nodes, cancellationToken);
        if (past.ObjectsOf(job.RestoreJobId) is { Count: > 0 } objects)
        {
            await RequireUnknownAsync(job, nodes, objects, cancellationToken);
        }

        return nodes;
    }

    // Agents that can ask their database look again, each right before it takes anything out; the others believe this.
    private async Task RequireUnknownAsync(
        RunningJob job, IReadOnlyList<string> nodes, IReadOnlyList<string> objects, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(job.Cluster) with { Nodes = nodes };
        var topology = await survey.LookAsync(cluster, askDatabases: true, cancellationToken);
        if (topology.Objects.Intersect(objects, StringComparer.Ordinal).ToList() is { Count: > 0 } served)
        {
            throw new CairnException(
                ErrorCode.AlreadyExists,
                $"the database of cluster '{job.Cluster}' has {string.Join(", ", served)}, so the files that restore {job.RestoreJobId} put in place are its own now",
                "drop it in the database, which removes its files too; then there is nothing left to undo",
                subject: served[0]);
        }

        // A database that is not asked by all, or is in trouble, may have what it does not show.
        topology.RequireSound();
    }

    // A node that was never told of the decision has nothing in place to undo, only a stage to remove; one that asked
    // meanwhile has removed even that.
    private async Task<UndoPlan> PlanAsync(
        RunningJob job, IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        // Durable, so that a restarted coordinator sends each node what it was sent before.
        if (job.ReadPlan<UndoPlan>() is { } known)
        {
            return known;
        }

        var topology = await LookAsync(job, nodes, cancellationToken);
        var states = topology.Nodes
            .SelectMany(node => node.Description!.Remnants
                .Where(remnant => remnant.JobId == job.RestoreJobId)
                .Select(remnant => (node.Node, remnant.State)))
            .ToLookup(found => found.State == "staged", found => found.Node);
        var plan = new UndoPlan([.. states[false]], [.. states[true]]);
        job.SavePlan(plan, job.PointId);
        return plan;
    }

    private async Task<ClusterTopology> LookAsync(
        RunningJob job, IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(job.Cluster) with { Nodes = nodes };
        var topology = await survey.LookAsync(cluster, askDatabases: false, cancellationToken);
        topology.RequireSound();
        return topology;
    }

    // From here nobody may be told to go forward any more; an agent in doubt that asks is told to go back.
    private void GiveUpGoingForward(RunningJob job)
    {
        SetAftermath(job, RestoreAftermath.Undoing);
        if (JobId.TryParse(job.RestoreJobId, out var restore))
        {
            foreach (var owed in catalog.Owed.Of(restore))
            {
                catalog.Owed.Remove(owed.Id);
            }
        }
    }

    private void SetAftermath(RunningJob job, RestoreAftermath aftermath)
    {
        if (JobId.TryParse(job.RestoreJobId, out var restore))
        {
            catalog.Jobs.SetAftermath(restore, aftermath);
        }
    }

    /// <summary>An undo job's durable notes.</summary>
    /// <param name="Swapped">The nodes whose old data are put back.</param>
    /// <param name="Staged">The nodes whose stage is removed instead.</param>
    internal sealed record UndoPlan(IReadOnlyList<string> Swapped, IReadOnlyList<string> Staged);
}
