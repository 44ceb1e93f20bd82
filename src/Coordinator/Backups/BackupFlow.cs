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

        if (plan is null)
        {
            // Nothing has been touched so far, so there is nothing to clean up when this refuses.
            plan = await job.CancellableAsync(token => planner.PlanAsync(job, request, token), cancellationToken);
            job.SavePlan(plan, plan.PointId);
        }

        try
        {
            var record = await job.CancellableAsync(
                token => MakeDurableAsync(job, request, plan, token), cancellationToken);
            commit.Decide(job, plan, record);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            BackupLog.CalledOff(logger, job.Id, failure.Message);
            await commit.CallOffAsync(job, plan, failure.Message, cancellationToken);
            throw;
        }

        return await commit.RollForwardAsync(job, cancellationToken);
    }

    /// <summary>
    /// Everything up to the point where all manifests are durable on all nodes; returns the commit record that will make
    /// them a point.
    /// </summary>
    private async Task<CommitRecord> MakeDurableAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        await using var leases = CaptureLeases.Keep(job, plan.Nodes, calls, limits, time, logger);
        plan = await CaptureAndCopyAsync(job, request, plan, cancellationToken);
        await EndCaptureAsync(job, plan, cancellationToken);
        var parts = await PrepareAsync(job, plan, cancellationToken);
        return BackupRecords.Complete(plan, parts);
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
                await CopyAsync(job, request, plan, cancellationToken);
                return plan;
            }
            catch (CairnException lost) when (lost.Code == ErrorCode.CaptureUnstable && plan.CaptureAttempt < ClusterCapture.MaxAttempts)
            {
                job.Note($"{lost.Message}; everything is captured and copied again", lost.Node ?? "");
                plan = plan with
                {
                    Captured = null, MetadataHandedOver = false, CaptureAttempt = plan.CaptureAttempt + 1, LeaderAttempt = 1,
                };
                job.SavePlan(plan, plan.PointId);
            }
        }
    }

    private async Task CopyAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter("copy");
        var engine = BackupRecords.Engine(plan);
        await tasks.OnAllAsync(
            job,
            plan.Nodes,
            new TaskName("copy", Attempt: plan.CaptureAttempt),
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
    }

    private async Task EndCaptureAsync(RunningJob job, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter("end capture");
        await tasks.OnAllAsync(
            job,
            plan.Nodes,
            new TaskName("end"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            static (agent, header, options, _) => agent.EndCaptureAsync(new EndCaptureRequest { Header = header }, options),
            cancellationToken);
    }

    private async Task<IReadOnlyList<PrepareResult>> PrepareAsync(
        RunningJob job, BackupPlan plan, CancellationToken cancellationToken)
    {
        job.Enter("prepare");
        var prepared = await tasks.OnAllAsync(
            job,
            plan.Nodes,
            new TaskName("prepare"),
            new TaskTerms(limits.Command, limits.Patience, Repeatable: true),
            (agent, header, options, _) => agent.PrepareAsync(
                new PrepareRequest { Header = header, PointId = plan.PointId }, options),
            cancellationToken);
        return [.. plan.Nodes.Select(node => prepared[node].Prepare is { Node: not null } part ? part : throw new CairnException(
            ErrorCode.Internal, $"{node}: prepare succeeded without a manifest", "look into the agent's log", node))];
    }

    private static CairnException Interrupted() => new(
        ErrorCode.Interrupted,
        "the backup was called off before the coordinator was restarted; what it had made is cleaned up",
        "run it again");
}
