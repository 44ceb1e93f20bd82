using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Plans;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// One restore of one cluster. Before DECIDED is durable any failure takes everything back; after it everything goes
/// forward, so that the cluster ends all old or all new.
/// </summary>
internal sealed class RestoreFlow(
    RestorePlanner planner,
    PlanCheck plans,
    RestoreDecision decision,
    RestoreServices services,
    ObjectAdoption adoption,
    NodeTasks tasks,
    CoordinatorLimits limits,
    ILogger<RestoreFlow> logger) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Restore;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var request = RestoreRequest.Parser.ParseFrom(job.Request);
        switch (job.Decision)
        {
            case JobDecision.Decided:
                return await FinishAsync(job, request, cancellationToken);
            case JobDecision.Aborted:
                await decision.SettleCallOffAsync(job, cancellationToken);
                throw job.CalledOff(Interrupted());
        }

        var notes = job.ReadPlan<RestoreNotes>() ?? await job.CancellableAsync(token => PlanAsync(job, request, token), cancellationToken);
        try
        {
            if (request.Stop)
            {
                await job.CancellableAsync(token => services.StopAsync(job, notes, token), cancellationToken);
            }

            var staged = await job.CancellableAsync(token => StageAsync(job, request, notes, token), cancellationToken);
            foreach (var (node, status) in staged.Where(each => each.Value.Stage?.SharedBytes > 0))
            {
                job.Note($"{ByteSize.Format(status.Stage.SharedBytes)} of {ByteSize.Format(status.Stage.Bytes)} were right in place and share their blocks with the old data", node);
            }

            if (request.Online)
            {
                await job.CancellableAsync(token => adoption.RequireSameLeaderAsync(job, notes, token), cancellationToken);
            }

            decision.Decide(job, notes);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            RestoreLog.CalledOff(logger, job.Id, failure.Message);
            await decision.CallOffAsync(job, notes, cancellationToken);
            if (request is { Stop: true, Start: true })
            {
                await services.StartAgainAsync(job, notes, cancellationToken);
            }

            throw;
        }

        return await FinishAsync(job, request, cancellationToken);
    }

    /// <inheritdoc/>
    public void Abandon(RunningJob job)
    {
        if (job.ReadPlan<RestoreNotes>() is { } notes)
        {
            decision.DecideCallOff(job, notes);
        }
    }

    private async Task<JobState> FinishAsync(RunningJob job, RestoreRequest request, CancellationToken cancellationToken)
    {
        var state = await decision.RollForwardAsync(job, cancellationToken);
        if (request.Online)
        {
            return await adoption.FinishAsync(job, cancellationToken);
        }

        if (request.Start)
        {
            await services.StartAsync(job, job.ReadPlan<RestoreNotes>()!, cancellationToken);
        }

        return state;
    }

    private async Task<RestoreNotes> PlanAsync(RunningJob job, RestoreRequest request, CancellationToken cancellationToken)
    {
        job.Enter("precheck");
        var planned = await planner.PlanAsync(request, job.Id, cancellationToken);
        var problems = planned.Problems();
        foreach (var problem in problems.Skip(1))
        {
            job.Note(problem.Message, problem.Node ?? "");
        }

        if (problems.Count > 0)
        {
            throw problems[0];
        }

        plans.Require(request.PlanHash, planned.Seen, $"cairn restore plan {job.Cluster} {planned.Notes.PointId}");
        job.RaiseEpochAbove(planned.HighestEpoch);
        job.SavePlan(planned.Notes, planned.Notes.PointId);
        return planned.Notes;
    }

    private Task<IReadOnlyDictionary<string, V1.TaskStatus>> StageAsync(
        RunningJob job, RestoreRequest request, RestoreNotes notes, CancellationToken cancellationToken)
    {
        job.Enter("stage");
        var parts = notes.Nodes.ToDictionary(part => part.Node, StringComparer.Ordinal);
        return tasks.OnAllAsync(
            job,
            notes.Nodes.Select(part => part.Node),
            new TaskName("stage"),
            new TaskTerms(limits.Bulk, limits.Patience, Repeatable: false),
            (agent, header, options, node) => agent.StageAsync(
                new StageRequest
                {
                    Header = header,
                    PointId = notes.PointId,
                    SourceNode = parts[node].SourceNode,
                    MetadataHere = parts[node].MetadataHere,
                    AcceptedCaveats = { notes.AcceptedCaveats },
                    Parameters = { request.Parameters },
                    Objects = { notes.Objects },
                },
                options),
            cancellationToken);
    }

    private static CairnException Interrupted() => new(
        ErrorCode.Interrupted,
        "the restore was called off before the coordinator was restarted; the live data were not touched",
        "run it again");
}
