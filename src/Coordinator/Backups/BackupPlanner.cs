using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Objects;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Topology;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Backups;

/// <summary>Everything about a backup that can be refused before anything is touched.</summary>
internal sealed class BackupPlanner(
    CoordinatorCatalog catalog,
    ClusterSurvey survey,
    PointIndex points,
    AgentCalls calls,
    CoordinatorLimits limits,
    TimeProvider time)
{
    // Two backups within a second are nothing to speak of.
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMinutes(1);

    /// <summary>Looks at the cluster, refuses what cannot be, and names the point.</summary>
    public async Task<BackupPlan> PlanAsync(RunningJob job, RunBackupRequest request, CancellationToken cancellationToken)
    {
        job.Enter("describe");
        var cluster = catalog.Clusters.Get(job.Cluster);
        var topology = await survey.LookAsync(cluster, askDatabases: !request.Cold, cancellationToken);
        NoteAll(job, topology.Problems);
        var now = time.GetUtcNow();
        var plan = new BackupPlan
        {
            PointId = "",
            ChainId = "",
            BasePointId = "",
            Kind = request.Kind,
            Nodes = cluster.Nodes,
            OnNodeFailure = PolicyOf(request, cluster),
        };
        plan = NodeLoss.Exclude(job, plan, NodeProblems(topology, plan));
        topology = topology.Without([.. plan.Missing.Select(missing => missing.Node)]);
        topology.RequireSound();
        RequireCapabilities(topology, request);
        plan = plan with { Objects = ObjectPatterns.Resolve(request.Objects, topology.Objects, "the cluster") };
        if (plan.Objects.Count > 0)
        {
            job.Note($"the point is limited to {string.Join(", ", plan.Objects)}");
        }

        job.RaiseEpochAbove(HighestEpoch(topology));
        job.Note($"the cluster's members, leaders and placement have the fingerprint {Short(topology.Fingerprint)}");

        job.Enter("precheck");
        var earlier = (await points.ListAsync(cluster, cancellationToken)).Points;
        var kind = Base(job, cluster, plan, earlier);
        IReadOnlyList<string> nodes = [.. ReplicaChoice.Nodes(topology, request, kind.Base).Where(plan.Nodes.Contains)];
        if (nodes.Count < plan.Nodes.Count)
        {
            job.Note($"the copies of this cluster are the same byte for byte: {string.Join(", ", nodes)} is read");
        }

        plan = await PrecheckAsync(job, topology, plan with { Nodes = nodes }, kind.Kind, request, cancellationToken);
        return plan with
        {
            PointId = Name(job, earlier is [.., var newest] ? newest : null, now).Text,
            ChainId = kind.Base?.Record.Summary.ChainId ?? ChainId.New(now).Text,
            BasePointId = kind.Base?.Id ?? "",
            Kind = kind.Kind,
        };
    }

    /// <summary>The first twelve digits, enough for people to tell two apart.</summary>
    public static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] : fingerprint;

    // Of each node that cannot take part its gravest problem, where the job may go on without it; else nothing, and the whole
    // cluster is judged.
    private static IEnumerable<CairnException> NodeProblems(ClusterTopology topology, BackupPlan plan) => topology.Problems
        .Where(problem => problem.Code is ErrorCode.AgentUnreachable or ErrorCode.AgentTooOld or ErrorCode.MemberDead or ErrorCode.InstanceNotRunning)
        .Where(problem => NodeLoss.IsBearable(plan, problem))
        .DistinctBy(problem => problem.Node);

    private static void NoteAll(RunningJob job, IReadOnlyList<CairnException> problems)
    {
        // The first becomes the job's error; people should see the others too.
        foreach (var problem in problems.Skip(1))
        {
            job.Note(problem.Message, problem.Node ?? "");
        }
    }

    private static void RequireCapabilities(ClusterTopology topology, RunBackupRequest request)
    {
        var needed = request switch
        {
            { Cold: true } => "backup.cold",
            { Exact: true } => "backup.exact",
            { Method.Length: > 0 } => $"backup.{request.Method}",
            _ => "backup.hot",
        };
        topology.RequireCapability(needed);
        if (request.Objects.Count > 0)
        {
            topology.RequireCapability("select.objects");
        }
    }

    // What lacks a node's part of an object could not be brought back into a cluster that runs.
    private static NodeFailurePolicy PolicyOf(RunBackupRequest request, ClusterRecord cluster) =>
        request.Objects.Count > 0 ? NodeFailurePolicy.Abort
        : request.OnNodeFailure == NodeFailurePolicy.Unspecified ? cluster.OnNodeFailure
        : request.OnNodeFailure;

    private static long HighestEpoch(ClusterTopology topology) => topology.Nodes
        .Select(node => node.Description!.Epochs.TryGetValue(topology.Cluster.Name, out var epoch) ? epoch : 0)
        .DefaultIfEmpty(0)
        .Max();

    private static PointId Name(RunningJob job, ListedPoint? newest, DateTimeOffset now)
    {
        var before = newest is null ? (PointId?)null : PointId.Parse(newest.Id);
        if (before is { } ahead && ahead.Time > now + WorthTelling)
        {
            job.Note($"the clock here stands before the newest point, {ahead.Text}; this point is named after it all the same, so that it is the newest");
        }

        return PointId.NewAfter(before, now);
    }

    // Points of other objects are other chains: an increment holds what its base holds.
    private static (BackupKind Kind, ListedPoint? Base) Base(
        RunningJob job, ClusterRecord cluster, BackupPlan plan, IReadOnlyList<ListedPoint> earlier)
    {
        if (plan.Kind == BackupKind.Full)
        {
            return (BackupKind.Full, null);
        }

        var newest = earlier.LastOrDefault(point => point.Record.Summary.Objects.SequenceEqual(plan.Objects, StringComparer.Ordinal));
        if (newest is not null)
        {
            return (BackupKind.Incremental, newest);
        }

        var what = plan.Objects.Count == 0 ? "of the whole cluster" : $"limited to {string.Join(", ", plan.Objects)}";
        if (plan.Kind != BackupKind.Unspecified)
        {
            throw new CairnException(
                ErrorCode.PointNotFound,
                $"cluster '{cluster.Name}' has no backup point {what} that an incremental could build on",
                "make a full one first: --full",
                subject: cluster.Name);
        }

        if (earlier.Count > 0)
        {
            job.Note($"there is no point {what} to build on, so this one is full");
        }

        return (BackupKind.Full, null);
    }

    private async Task<BackupPlan> PrecheckAsync(
        RunningJob job,
        ClusterTopology topology,
        BackupPlan plan,
        BackupKind kind,
        RunBackupRequest asked,
        CancellationToken cancellationToken)
    {
        var request = new PrecheckRequest
        {
            Header = new CommandHeader
            {
                TaskId = TaskId.New(time).ToString(),
                JobId = job.Id.ToString(),
                Cluster = job.Cluster,
                Epoch = job.Epoch,
                Deadline = Timestamp.FromDateTimeOffset(time.GetUtcNow() + limits.Precheck),
            },
            Backup = new BackupPrecheck { Kind = kind, Cold = asked.Cold, Method = asked.Method, Parameters = { asked.Parameters }, Objects = { plan.Objects } },
            Engine = topology.Cluster.Engine,
        };
        var failed = (await Task.WhenAll(plan.Nodes.Select(node => FailuresOnAsync(node, request, cancellationToken))))
            .SelectMany(failures => failures)
            .ToList();
        NoteAll(job, failed);
        return NodeLoss.Exclude(job, plan, failed.DistinctBy(failure => failure.Node));
    }

    private async Task<IReadOnlyList<CairnException>> FailuresOnAsync(
        string node, PrecheckRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await calls.AskAsync(
                node, (agent, options) => agent.PrecheckAsync(request, options), limits.Precheck, cancellationToken);
            return [.. answer.Checks.Where(check => !check.Passed).Select(check => Checks.Failure(check, node))];
        }
        catch (CairnException failure)
        {
            return [failure];
        }
    }
}
