using System.Globalization;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Points;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Verifying;

/// <summary>Has every node check its part of a point. A node that fails or is away does not keep the others from it.</summary>
internal sealed class VerifyFlow(
    CoordinatorCatalog catalog, PointIndex points, NodeTasks tasks, CoordinatorLimits limits) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Verify;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        try
        {
            return await job.CancellableAsync(token => VerifyAsync(job, token), cancellationToken);
        }
        catch (CairnException failure) when (failure.Code == ErrorCode.JobCancelled)
        {
            await EndTasksAsync(job, cancellationToken);
            throw;
        }
    }

    private async Task<JobState> VerifyAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var request = VerifyBackupRequest.Parser.ParseFrom(job.Request);
        var (plan, away) = job.ReadPlan<VerifyPlan>() is { } known
            ? (known, new Dictionary<string, CairnException>())
            : await PlanAsync(job, request, cancellationToken);

        job.Enter("verify");
        var outcomes = await Task.WhenAll(plan.Nodes.Select(node => away.TryGetValue(node, out var failure)
            ? Task.FromResult(Failed(job, node, failure))
            : VerifyOnAsync(job, node, plan.PointId, request.Level, cancellationToken)));
        if (outcomes.OfType<CairnException>().ToList() is [var first, ..])
        {
            throw first;
        }

        return JobState.Succeeded;
    }

    // A node that cannot be told reads on to the end of its part, which harms nobody.
    private async Task EndTasksAsync(RunningJob job, CancellationToken cancellationToken)
    {
        if (job.ReadPlan<VerifyPlan>() is not { } plan)
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

    // Patience is for an agent that goes away in the middle; one that was away from the start has cost its deadline already.
    private async Task<(VerifyPlan Plan, IReadOnlyDictionary<string, CairnException> Away)> PlanAsync(
        RunningJob job, VerifyBackupRequest request, CancellationToken cancellationToken)
    {
        job.Enter("find point");
        var listing = await points.ListAsync(catalog.Clusters.Get(job.Cluster), cancellationToken);
        var point = PointIndex.Pick(listing, job.Cluster, request.Point);
        var plan = new VerifyPlan(point.Id, [.. point.Record.Summary.Nodes.Select(node => node.Node)]);
        job.SavePlan(plan, plan.PointId);
        return (plan, listing.Unreachable);
    }

    private async Task<CairnException?> VerifyOnAsync(
        RunningJob job, string node, string pointId, VerifyLevel level, CancellationToken cancellationToken)
    {
        try
        {
            var status = await tasks.OnAsync(
                job,
                node,
                new TaskName("verify"),
                new TaskTerms(limits.Bulk, limits.Patience, Repeatable: true),
                (agent, header, options, _) => agent.VerifyAsync(
                    new VerifyRequest { Header = header, PointId = pointId, Level = level }, options),
                cancellationToken);
            return Judge(job, node, pointId, status.Verify ?? new VerifyResult());
        }
        catch (CairnException failure)
        {
            return Failed(job, node, failure);
        }
    }

    private static CairnException? Failed(RunningJob job, string node, CairnException failure)
    {
        job.Note(failure.Message, node);
        return failure;
    }

    private static CairnException? Judge(RunningJob job, string node, string pointId, VerifyResult result)
    {
        if (result.Shrunk is { } shrunk)
        {
            job.Note(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it is much smaller than {shrunk.Predecessor}: {result.Files} files, {result.Bytes} bytes after {shrunk.FilesBefore} files, {shrunk.BytesBefore} bytes"),
                node);
        }

        if (result.Damage.Count == 0)
        {
            job.Note(
                string.Create(CultureInfo.InvariantCulture, $"{result.Files} files, {result.Bytes} bytes are sound"), node);
            return null;
        }

        var first = result.Damage[0];
        var damaged = new CairnException(
            ErrorCode.PointDamaged,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{node}: point {pointId} is damaged in {result.Damage.Count} places; the first: {first.File} at {first.Offset}: {first.What}"),
            "restore another point, and make a new full backup",
            node,
            pointId);
        job.Note(damaged.Message, node);
        return damaged;
    }

    /// <summary>A verify job's durable notes.</summary>
    internal sealed record VerifyPlan(string PointId, IReadOnlyList<string> Nodes);
}
