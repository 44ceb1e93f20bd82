using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Points;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// Has every node do something with its own part of a point. A node that fails or is away does not keep the others from it; the
/// first failure is thrown when all have ended.
/// </summary>
internal sealed class PartTasks(CoordinatorCatalog catalog, PointIndex points, NodeTasks tasks, CoordinatorLimits limits)
{
    /// <summary>Runs the job by <paramref name="onNode"/>, which answers what was wrong; when it is given up, the nodes are told to end.</summary>
    public async Task<JobState> RunAsync(
        RunningJob job,
        string wantedPoint,
        string phase,
        Func<string, string, CancellationToken, Task<CairnException?>> onNode,
        CancellationToken cancellationToken)
    {
        try
        {
            return await job.CancellableAsync(
                token => RunOnAllAsync(job, wantedPoint, phase, onNode, token), cancellationToken);
        }
        catch (CairnException failure) when (failure.Code == ErrorCode.JobCancelled)
        {
            await EndTasksAsync(job, cancellationToken);
            throw;
        }
    }

    private async Task<JobState> RunOnAllAsync(
        RunningJob job,
        string wantedPoint,
        string phase,
        Func<string, string, CancellationToken, Task<CairnException?>> onNode,
        CancellationToken cancellationToken)
    {
        var (plan, away) = job.ReadPlan<PartPlan>() is { } known
            ? (known, new Dictionary<string, CairnException>())
            : await PlanAsync(job, wantedPoint, cancellationToken);

        job.Enter(phase);
        var outcomes = await Task.WhenAll(plan.Nodes.Select(async node =>
        {
            var failure = away.GetValueOrDefault(node) ?? await TryAsync(onNode, node, plan.PointId, cancellationToken);
            if (failure is not null)
            {
                job.Note(failure.Message, node);
            }

            return failure;
        }));
        if (outcomes.OfType<CairnException>().ToList() is [var first, ..])
        {
            throw first;
        }

        return JobState.Succeeded;
    }

    private static async Task<CairnException?> TryAsync(
        Func<string, string, CancellationToken, Task<CairnException?>> onNode,
        string node,
        string pointId,
        CancellationToken cancellationToken)
    {
        try
        {
            return await onNode(node, pointId, cancellationToken);
        }
        catch (CairnException failure)
        {
            return failure;
        }
    }

    // Patience is for an agent that goes away in the middle; one that was away from the start has cost its deadline already.
    private async Task<(PartPlan Plan, IReadOnlyDictionary<string, CairnException> Away)> PlanAsync(
        RunningJob job, string wantedPoint, CancellationToken cancellationToken)
    {
        job.Enter("find point");
        var listing = await points.ListAsync(catalog.Clusters.Get(job.Cluster), cancellationToken);
        var point = PointIndex.Pick(listing, job.Cluster, wantedPoint);
        var plan = new PartPlan(point.Id, [.. point.Record.Summary.Nodes.Select(node => node.Node)]);
        job.SavePlan(plan, plan.PointId);
        return (plan, listing.Unreachable);
    }

    // A node that cannot be told works on to the end of its part, which harms nobody.
    private async Task EndTasksAsync(RunningJob job, CancellationToken cancellationToken)
    {
        if (job.ReadPlan<PartPlan>() is not { } plan)
        {
            return;
        }

        job.Enter("end");
        await Task.WhenAll(plan.Nodes.Select(async node =>
        {
            try
            {
                await tasks.OnAsync(
                    job,
                    node,
                    new TaskName("end-tasks"),
                    new TaskTerms(limits.Call, limits.Call, Repeatable: true),
                    static (agent, header, options, _) => agent.EndTasksAsync(new EndTasksRequest { Header = header }, options),
                    cancellationToken);
            }
            catch (CairnException failure)
            {
                job.Note($"its part could not be ended and goes on for a while: {failure.Message}", node);
            }
        }));
    }

    /// <summary>The job's durable notes.</summary>
    internal sealed record PartPlan(string PointId, IReadOnlyList<string> Nodes);
}
