using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>Runs the declared capture steps, in order and with a barrier between them.</summary>
internal sealed class CaptureSteps(NodeTasks tasks, ClusterSurvey survey, CoordinatorLimits limits)
{
    private const int MaxLeaderAttempts = 3;
    private const string UsualMethod = "direct";

    /// <summary>All steps of one attempt. Returns what each node captured in each step.</summary>
    public async Task<(BackupPlan Plan, IReadOnlyList<StepResult> Results)> RunAsync(
        RunningJob job,
        RunBackupRequest request,
        BackupPlan plan,
        ClusterTopology topology,
        CancellationToken cancellationToken)
    {
        var results = new List<StepResult>();
        foreach (var step in topology.Steps.Where(step => IsOf(step, request)))
        {
            job.Enter($"capture {step.Name}");
            if (IsLed(step, request))
            {
                (plan, var led) = await RunLedAsync(job, request, plan, topology, step, cancellationToken);
                results.Add(led);
            }
            else
            {
                results.AddRange(await RunOnAsync(
                    job, request, plan, topology, step, plan.Nodes, plan.CaptureAttempt, cancellationToken));
            }
        }

        return (plan, results);
    }

    /// <summary>
    /// The role whose leader now lives on another node than the one that captured its step; null when all stayed. A
    /// database that elected the same instance again counts as stayed.
    /// </summary>
    public static string? LeaderMoved(ClusterTopology before, ClusterTopology after, IReadOnlyList<StepResult> results) =>
        before.Steps
            .Where(step => step.LeaderRole.Length > 0)
            .Where(step => results.Any(
                result => result.Step == step.Name && result.Node != after.Leaders[step.LeaderRole].Node))
            .Select(step => step.LeaderRole)
            .FirstOrDefault();

    /// <summary>Captures the steps of a role that has a new leader again, there.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.LeaderMoved"/> when it moved too often.</exception>
    public async Task<(BackupPlan Plan, IReadOnlyList<StepResult> Results)> RepeatLedAsync(
        RunningJob job,
        RunBackupRequest request,
        BackupPlan plan,
        ClusterTopology topology,
        IReadOnlyList<StepResult> results,
        string role,
        CancellationToken cancellationToken)
    {
        var kept = results.ToList();
        foreach (var step in topology.Steps.Where(step => step.LeaderRole == role))
        {
            job.Note($"the leader of {role} is now {topology.Leaders[role].Node}; {step.Name} is captured again there");
            plan = NextLeaderAttempt(job, plan, Moved(role));
            (plan, var led) = await RunLedAsync(job, request, plan, topology, step, cancellationToken);
            kept.RemoveAll(result => result.Step == step.Name);
            kept.Add(led);
        }

        return (plan, kept);
    }

    private async Task<(BackupPlan Plan, StepResult Result)> RunLedAsync(
        RunningJob job,
        RunBackupRequest request,
        BackupPlan plan,
        ClusterTopology topology,
        CaptureStep step,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var leader = topology.Leaders[step.LeaderRole].Node;
            if (step.ClusterMetadata)
            {
                plan = plan with { MetadataNode = leader };
            }

            job.SavePlan(plan, plan.PointId);
            try
            {
                var attempt = ((plan.CaptureAttempt - 1) * MaxLeaderAttempts) + plan.LeaderAttempt;
                var led = await RunOnAsync(
                    job, request, plan, topology, step, [leader], attempt, cancellationToken);
                return (plan, led[0]);
            }
            catch (CairnException moved) when (moved.Code == ErrorCode.LeaderMoved)
            {
                job.Note(moved.Message, leader);
                plan = NextLeaderAttempt(job, plan, moved);
                topology = (await survey.LookAsync(topology.Cluster, askDatabases: true, cancellationToken))
                    .Without([.. plan.Missing.Select(missing => missing.Node)]);
                topology.RequireSound();
            }
        }
    }

    private async Task<IReadOnlyList<StepResult>> RunOnAsync(
        RunningJob job,
        RunBackupRequest request,
        BackupPlan plan,
        ClusterTopology topology,
        CaptureStep step,
        IReadOnlyList<string> nodes,
        int attempt,
        CancellationToken cancellationToken)
    {
        var limit = step.TimeoutMs > 0 ? TimeSpan.FromMilliseconds(step.TimeoutMs) : limits.CaptureStep;
        var captured = await tasks.OnAllAsync(
            job,
            nodes,
            new TaskName("capture", step.Name, attempt),
            new TaskTerms(limit, Min(Patience(plan), limit), Repeatable: false),
            (agent, header, options, _) => agent.CaptureAsync(
                new CaptureRequest
                {
                    Header = header,
                    PointId = plan.PointId,
                    Step = step.Name,
                    Attempt = attempt,
                    LeaseMs = (long)limits.CaptureLease.TotalMilliseconds,
                    MaxAgeMs = (long)limits.CaptureMaxAge.TotalMilliseconds,
                    FreeFloorBytes = limits.FreeFloorBytes,
                    Cold = request.Cold,
                    Exact = request.Exact,
                    Engine = topology.Cluster.Engine,
                    Parameters = { request.Parameters },
                    Label = request.Label,
                    Objects = { plan.Objects },
                },
                options),
            cancellationToken);
        var results = nodes.Select(node => new StepResult(
            node, InstanceOn(topology, node), step.Name, captured[node].Capture ?? new CaptureResult())).ToList();
        foreach (var (node, _, _, result) in results)
        {
            foreach (var note in result.Notes)
            {
                job.Note(note, node);
            }
        }

        return results;
    }

    // All others stand at the barrier meanwhile. Where the job may go on without the node, that is worth one deadline and no more.
    private TimeSpan Patience(BackupPlan plan) =>
        plan.OnNodeFailure == NodeFailurePolicy.Partial && plan.Nodes.Count > 1 ? limits.Call : limits.Patience;

    private static BackupPlan NextLeaderAttempt(RunningJob job, BackupPlan plan, CairnException moved)
    {
        if (plan.LeaderAttempt >= MaxLeaderAttempts)
        {
            throw moved;
        }

        var next = plan with { LeaderAttempt = plan.LeaderAttempt + 1 };
        job.SavePlan(next, next.PointId);
        return next;
    }

    private static bool IsOf(CaptureStep step, RunBackupRequest request)
    {
        var method = request.Method.Length == 0 ? UsualMethod : request.Method;
        return (request.Exact || !step.ExactOnly) && (step.Methods.Count == 0 ? method == UsualMethod : step.Methods.Contains(method));
    }

    // Stopped databases have no leader: every node's own metadata are taken.
    private static bool IsLed(CaptureStep step, RunBackupRequest request) => step.LeaderRole.Length > 0 && !request.Cold;

    private static string InstanceOn(ClusterTopology topology, string node) =>
        topology.Instances.FirstOrDefault(instance => instance.Node == node)?.Description.Name ?? "";

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static CairnException Moved(string role) => new(
        ErrorCode.LeaderMoved,
        $"the leader of {role} moved {MaxLeaderAttempts} times while its metadata were captured",
        "wait until the cluster keeps its leader, then run the backup again",
        subject: role);
}
