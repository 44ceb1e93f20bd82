using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
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
    CoordinatorCatalog catalog, ClusterSurvey survey, CaptureSteps steps, CutCheck check)
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
            var before = await LookAsync(job, request, cancellationToken);
            CairnException failure;
            try
            {
                (plan, var results) = await steps.RunAsync(job, request, plan, before, cancellationToken);
                (plan, results, var after) = await FollowLeadersAsync(
                    job, request, plan, before, results, cancellationToken);
                if (after.Placement == before.Placement)
                {
                    var cut = await check.CheckAsync(job, plan, after, results, cancellationToken);
                    if (cut.Consistent)
                    {
                        return Record(job, request, plan, before, after, cut);
                    }

                    failure = Inconsistent(cut);
                }
                else
                {
                    failure = Changed(job.Cluster);
                }
            }
            catch (CairnException unstable) when (unstable.Code == ErrorCode.CaptureUnstable)
            {
                failure = unstable;
            }

            if (plan.CaptureAttempt >= MaxAttempts)
            {
                throw failure;
            }

            job.Note($"{failure.Message}; everything is captured again");
            plan = plan with { CaptureAttempt = plan.CaptureAttempt + 1, LeaderAttempt = 1 };
            job.SavePlan(plan, plan.PointId);
        }
    }

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
        var after = await LookAsync(job, request, cancellationToken);
        while (!request.Cold && CaptureSteps.LeaderMoved(before, after, results) is { } moved)
        {
            (plan, results) = await steps.RepeatLedAsync(job, request, plan, after, results, moved, cancellationToken);
            after = await LookAsync(job, request, cancellationToken);
        }

        return (plan, results, after);
    }

    private async Task<ClusterTopology> LookAsync(
        RunningJob job, RunBackupRequest request, CancellationToken cancellationToken)
    {
        var topology = await survey.LookAsync(
            catalog.Clusters.Get(job.Cluster), askDatabases: !request.Cold, cancellationToken);
        topology.RequireSound();
        return topology;
    }

    private static BackupPlan Record(
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
