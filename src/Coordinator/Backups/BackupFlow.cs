using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Backups;

/// <summary>One backup of one cluster, from the first look at it to its commit record on every node.</summary>
internal sealed class BackupFlow(
    BackupPlanner planner,
    ClusterCapture capture,
    MetadataHandOver metadata,
    BackupCommit commit,
    BackupHold hold,
    NodeLoss loss,
    NodeTasks tasks,
    AgentCalls calls,
    CoordinatorLimits limits,
    TimeProvider time,
    ILogger<BackupFlow> logger) : IJobFlow
{
    /// <inheritdoc/>
    public JobKind Kind => JobKind.Backup;

    /// <inheritdoc/>
    public bool CanBeCancelled => true;

    /// <inheritdoc/>
    public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var request = RunBackupRequest.Parser.ParseFrom(job.Request);
        var plan = job.ReadPlan<BackupPlan>();
        switch (job.Decision)
        {
            case JobDecision.Committing:
                return await commit.RollForwardAsync(job, cancellationToken);
            case JobDecision.Aborted:
                await commit.SettleAbortAsync(job, cancellationToken);
                throw job.CalledOff(Interrupted());
        }

        if (job.ResumableUntil is not null)
        {
            // The last process died between keeping it and ending it.
            throw Interrupted();
        }

        if (plan is null)
        {
            await hold.GiveUpOthersAsync(job, cancellationToken);

            // Nothing has been touched so far, so there is nothing to clean up when this refuses.
            plan = await job.CancellableAsync(token => planner.PlanAsync(job, request, token), cancellationToken);
            job.SavePlan(plan, plan.PointId);
        }

        try
        {
            var (made, record) = await job.CancellableAsync(
                token => MakeDurableAsync(job, request, plan, token), cancellationToken);
            commit.Decide(job, made, record);
        }
        catch (CairnException failure) when (!cancellationToken.IsCancellationRequested && hold.IsWorthwhile(job, failure))
        {
            BackupLog.CalledOff(logger, job.Id, failure.Message);
            if (!await hold.TryKeepAsync(job, failure.Message, cancellationToken))
            {
                await commit.CallOffAsync(job, job.ReadPlan<BackupPlan>()!, failure.Message, cancellationToken);
            }

            throw;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            BackupLog.CalledOff(logger, job.Id, failure.Message);
            await commit.CallOffAsync(job, job.ReadPlan<BackupPlan>()!, failure.Message, cancellationToken);
            throw;
        }

        return await commit.RollForwardAsync(job, cancellationToken);
    }

    /// <inheritdoc/>
    public void Abandon(RunningJob job)
    {
        if (job.ReadPlan<BackupPlan>() is { } plan)
        {
            commit.DecideAbort(job, plan, "the cluster's lock was broken");
        }
    }

    /// <summary>
    /// Everything up to the point where all manifests are durable on all nodes; returns the commit record that will make
    /// them a point, and the plan as it has become.
    /// </summary>
    private async Task<(BackupPlan Plan, CommitRecord Record)> MakeDurableAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        await using var leases = CaptureLeases.Keep(job, plan.Nodes, calls, limits, time, logger);
        plan = await CaptureAndCopyAsync(job, request, plan, cancellationToken);
        plan = await EndCaptureAsync(job, plan, cancellationToken);
        (plan, var parts) = await PrepareAsync(job, plan, cancellationToken);
        return (plan, BackupRecords.Complete(plan, parts));
    }

    // What a database held open for the copy may be lost with its session: then both are made anew.
    private async Task<BackupPlan> CaptureAndCopyAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        while (true)
        {
            plan = await capture.TakeAsync(job, request, plan, cancellationToken);
            plan = await metadata.HandOverAsync(job, plan, cancellationToken);
            try
            {
                return await CopyAsync(job, request, plan, cancellationToken);
            }
            catch (CairnException lost) when (
                lost.Code == ErrorCode.CaptureUnstable && plan.CaptureAttempt - plan.CapturesForLoss < ClusterCapture.MaxAttempts)
            {
                job.Note($"{lost.Message}; everything is captured and copied again", lost.Node ?? "");

                // It may have lost a node meanwhile.
                plan = job.ReadPlan<BackupPlan>()! with
                {
                    Captured = null, MetadataHandedOver = false, CaptureAttempt = plan.CaptureAttempt + 1, LeaderAttempt = 1,
                };
                job.SavePlan(plan, plan.PointId);
            }
        }
    }

    private async Task<BackupPlan> CopyAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter(BackupHold.CopyPhase);
        var engine = BackupRecords.Engine(plan);
        (plan, _) = await OnNodesAsync(
            job,
            plan,
            node => new TaskName("copy", Attempt: plan.CaptureAttempt + plan.CopyRetries.GetValueOrDefault(node)),
            new TaskTerms(limits.Bulk, limits.Patience, Repeatable: false),
            (agent, header, options, _) => agent.CopyAsync(
                new CopyRequest
                {
                    Header = header,
                    PointId = plan.PointId,
                    Kind = plan.Kind,
                    ChainId = plan.ChainId,
                    BasePointId = plan.BasePointId,
                    VerifyUnchanged = request.VerifyUnchanged,
                    Label = request.Label,
                    Engine = engine,
                },
                options),
            cancellationToken);
        return plan;
    }

    private async Task<BackupPlan> EndCaptureAsync(RunningJob job, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter("end capture");
        (plan, _) = await OnNodesAsync(
            job,
            plan,
            static _ => new TaskName("end"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            static (agent, header, options, _) => agent.EndCaptureAsync(new EndCaptureRequest { Header = header }, options),
            cancellationToken);
        return plan;
    }

    private async Task<(BackupPlan Plan, IReadOnlyList<PrepareResult> Parts)> PrepareAsync(
        RunningJob job, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter("prepare");
        (plan, var prepared) = await OnNodesAsync(
            job,
            plan,
            static _ => new TaskName("prepare"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.PrepareAsync(
                new PrepareRequest { Header = header, PointId = plan.PointId }, options),
            cancellationToken);
        return (plan, [.. plan.Nodes.Select(node => prepared[node].Prepare is { Node: not null } part ? part : throw new CairnException(
            ErrorCode.Internal, $"{node}: prepare succeeded without a manifest", "look into the agent's log", node))]);
    }

    // With abort the first failure ends the waiting for all; with partial the others go on, and who failed is left out.
    private async Task<(BackupPlan Plan, IReadOnlyDictionary<string, V1.TaskStatus> Done)> OnNodesAsync(
        RunningJob job,
        BackupPlan plan,
        Func<string, TaskName> nameOn,
        TaskTerms terms,
        TaskCall call,
        CancellationToken cancellationToken)
    {
        if (plan.OnNodeFailure != NodeFailurePolicy.Partial)
        {
            return (plan, await tasks.OnAllAsync(job, plan.Nodes, nameOn, terms, call, cancellationToken));
        }

        var (done, failures) = await tasks.OnEachAsync(job, plan.Nodes, nameOn, terms, call, cancellationToken);
        return (loss.GoOnWithoutAll(job, plan, failures), done);
    }

    private static CairnException Interrupted() => new(
        ErrorCode.Interrupted,
        "the backup failed before the coordinator was restarted; what it had made is cleaned up, or kept for a while to be resumed",
        "run it again, or 'cairn job resume' it while 'cairn job show' says that it can be");
}
