using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// Captures a cluster: the engine's declared steps, each on all its nodes before the next on any, then a look whether the
/// cluster stayed what it was, then the engine's check of the cut. What does not hold is captured again, three times at
/// most.
/// </summary>
internal sealed class ClusterCapture(
    CoordinatorCatalog catalog, ClusterSurvey survey, CaptureSteps steps, CutCheck check, NodeLoss loss, NodeDirectory directory)
{
    /// <summary>How often a whole capture is begun.</summary>
    public const int MaxAttempts = 3;

    /// <summary>Returns the plan with a sound capture in it, recorded; a plan that has one already is returned as it is.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.CutInconsistent"/>, <see cref="ErrorCode.Unsettled"/>, <see cref="ErrorCode.LeaderMoved"/> when it
    /// did not hold three times; what a node's step failed with.
    /// </exception>
    public async Task<BackupPlan> TakeAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Captured is not null)
        {
            return plan;
        }

        while (true)
        {
            try
            {
                var (next, failure) = await TryAsync(job, request, plan, cancellationToken);
                if (failure is null)
                {
                    return next;
                }

                plan = next;
                if (plan.CaptureAttempt - plan.CapturesForLoss >= MaxAttempts)
                {
                    throw failure;
                }

                job.Note($"{failure.Message}; everything is captured again");
            }
            catch (CairnException failure) when (NodeLoss.IsBearable(plan, failure))
            {
                // Whether the other nodes' captures fit together without it can only be told of captures without it.
                plan = loss.GoOnWithout(job, plan, failure);
                plan = plan with { CapturesForLoss = plan.CapturesForLoss + 1 };
            }

            plan = plan with { CaptureAttempt = plan.CaptureAttempt + 1, LeaderAttempt = 1 };
            job.SavePlan(plan, plan.PointId);
        }
    }

    /// <summary>One whole capture: the plan, with the capture in it, or why it does not hold.</summary>
    private async Task<(BackupPlan Plan, CairnException? Failure)> TryAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        var before = await LookAsync(job, request, plan, cancellationToken);
        try
        {
            (plan, var results) = await steps.RunAsync(job, request, plan, before, cancellationToken);
            (plan, results, var after) = await FollowLeadersAsync(job, request, plan, before, results, cancellationToken);
            NoteChange(job, before, after);
            if (after.Placement != before.Placement)
            {
                return (plan, Changed(job.Cluster));
            }

            var cut = await check.CheckAsync(job, plan, after, results, cancellationToken);
            return cut.Consistent ? (Record(job, request, plan, before, after, cut), null) : (plan, Inconsistent(cut));
        }
        catch (CairnException unstable) when (unstable.Code == ErrorCode.CaptureUnstable)
        {
            return (job.ReadPlan<BackupPlan>() ?? plan, unstable);
        }
    }

    private static void NoteChange(RunningJob job, ClusterTopology before, ClusterTopology after) => job.Note(
        after.Fingerprint == before.Fingerprint
            ? $"members, leaders and placement are what they were before the capture (fingerprint {BackupPlanner.Short(after.Fingerprint)})"
            : $"{(after.Placement == before.Placement ? "leaders" : "members or placement")} changed while it was captured: "
                + $"fingerprint {BackupPlanner.Short(before.Fingerprint)} before, {BackupPlanner.Short(after.Fingerprint)} after"
                + string.Concat(after.Leaders
                    .Where(leader => before.Leaders.TryGetValue(leader.Key, out var former) && former.Node != leader.Value.Node)
                    .Select(leader => $"; {leader.Key} is led on {leader.Value.Node} now, no longer on {before.Leaders[leader.Key].Node}")));

    /// <summary>
    /// Looks at the cluster again; while another node leads than the one whose metadata were captured, those are captured
    /// again there.
    /// </summary>
    private async Task<(BackupPlan Plan, IReadOnlyList<StepResult> Results, ClusterTopology After)> FollowLeadersAsync(
        RunningJob job,
        RunBackupRequest request,
        BackupPlan plan,
        ClusterTopology before,
        IReadOnlyList<StepResult> results,
        CancellationToken cancellationToken)
    {
        var after = await LookAsync(job, request, plan, cancellationToken);
        while (!request.Cold && CaptureSteps.LeaderMoved(before, after, results) is { } moved)
        {
            (plan, results) = await steps.RepeatLedAsync(job, request, plan, after, results, moved, cancellationToken);
            after = await LookAsync(job, request, plan, cancellationToken);
        }

        return (plan, results, after);
    }

    private async Task<ClusterTopology> LookAsync(
        RunningJob job, RunBackupRequest request, BackupPlan plan, CancellationToken cancellationToken)
    {
        var whole = await survey.LookAsync(
            catalog.Clusters.Get(job.Cluster), askDatabases: !request.Cold, cancellationToken);
        var topology = whole.Without([.. plan.Missing.Select(missing => missing.Node)]);
        topology.RequireSound();
        return topology;
    }

    private BackupPlan Record(
        RunningJob job, RunBackupRequest request, BackupPlan plan, ClusterTopology before, ClusterTopology after, Cut cut)
    {
        foreach (var finding in cut.Findings)
        {
            job.Note(finding);
        }

        foreach (var caveat in cut.Caveats)
        {
            job.Note($"caveat {caveat.Name}: {caveat.Text}");
        }

        var captured = plan with
        {
            Captured = BackupRecords.OfCapture(job, request, plan, before, after, cut).ToByteArray(),
            Placement = plan.OnNodeFailure == NodeFailurePolicy.Partial ? Placement.Of(after, directory) : null,
        };
        job.SavePlan(captured, captured.PointId);
        return captured;
    }

    private static CairnException Inconsistent(Cut cut) => new(
        ErrorCode.CutInconsistent,
        $"what the nodes captured does not fit together: {string.Join("; ", cut.Findings)}",
        "run the backup again; if it stays, look whether the clocks and the network between the nodes are sound");

    private static CairnException Changed(string cluster) => new(
        ErrorCode.Unsettled,
        $"members or placement of cluster '{cluster}' changed while it was captured",
        "wait until the cluster is settled, then run the backup again",
        subject: cluster);
}
