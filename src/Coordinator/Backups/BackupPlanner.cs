using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
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
    /// <summary>Looks at the cluster, refuses what cannot be, and names the point.</summary>
    public async Task<BackupPlan> PlanAsync(RunningJob job, RunBackupRequest request, CancellationToken cancellationToken)
    {
        job.Enter("describe");
        var cluster = catalog.Clusters.Get(job.Cluster);
        var topology = await survey.LookAsync(cluster, askDatabases: !request.Cold, cancellationToken);
        NoteAll(job, topology.Problems);
        topology.RequireSound();
        RequireCapabilities(topology, request);
        job.RaiseEpochAbove(HighestEpoch(topology));

        job.Enter("precheck");
        var kind = await BaseAsync(cluster, request.Kind, cancellationToken);
        var nodes = ReplicaChoice.Nodes(topology, request, kind.Base);
        if (nodes.Count < cluster.Nodes.Count)
        {
            job.Note($"the copies of this cluster are the same byte for byte: {string.Join(", ", nodes)} is read");
        }

        await PrecheckAsync(job, topology, nodes, kind.Kind, request, cancellationToken);

        var now = time.GetUtcNow();
        return new BackupPlan
        {
            PointId = PointId.New(now).Text,
            ChainId = kind.Base?.Record.Summary.ChainId ?? ChainId.New(now).Text,
            BasePointId = kind.Base?.Id ?? "",
            Kind = kind.Kind,
            Nodes = nodes,
        };
    }

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
        foreach (var (node, instance) in topology.Instances.Where(i => !i.Description.Capabilities.Contains(needed)))
        {
            throw new CairnException(
                ErrorCode.Unsupported,
                $"{node}: instance '{instance.Name}' of engine '{instance.Engine}' does not declare '{needed}'; "
                + $"it declares {string.Join(", ", instance.Capabilities)}",
                "ask for what it can do",
                node,
                instance.Name);
        }
    }

    private static long HighestEpoch(ClusterTopology topology) => topology.Nodes
        .Select(node => node.Description!.Epochs.TryGetValue(topology.Cluster.Name, out var epoch) ? epoch : 0)
        .DefaultIfEmpty(0)
        .Max();

    private async Task<(BackupKind Kind, ListedPoint? Base)> BaseAsync(
        ClusterRecord cluster, BackupKind asked, CancellationToken cancellationToken)
    {
        if (asked == BackupKind.Full)
        {
            return (BackupKind.Full, null);
        }

        var listing = await points.ListAsync(cluster, cancellationToken);
        return (asked, listing.Points.Count > 0 ? listing.Points[^1] : null) switch
        {
            (_, { } newest) => (BackupKind.Incremental, newest),
            (BackupKind.Unspecified, null) => (BackupKind.Full, null),
            _ => throw new CairnException(
                ErrorCode.PointNotFound,
                $"cluster '{cluster.Name}' has no backup point that an incremental could build on",
                "make a full one first: --full",
                subject: cluster.Name),
        };
    }

    private async Task PrecheckAsync(
        RunningJob job,
        ClusterTopology topology,
        IReadOnlyList<string> nodes,
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
            Backup = new BackupPrecheck { Kind = kind, Cold = asked.Cold, Method = asked.Method, Parameters = { asked.Parameters } },
            Engine = topology.Cluster.Engine,
        };
        var answers = await Task.WhenAll(nodes.Select(async node => (
            Node: node,
            Result: await calls.AskAsync(
                node, (agent, options) => agent.PrecheckAsync(request, options), limits.Precheck, cancellationToken))));
        var failed = answers
            .SelectMany(answer => answer.Result.Checks
                .Where(check => !check.Passed)
                .Select(check => Checks.Failure(check, answer.Node)))
            .ToList();
        NoteAll(job, failed);
        if (failed.Count > 0)
        {
            throw failed[0];
        }
    }
}
