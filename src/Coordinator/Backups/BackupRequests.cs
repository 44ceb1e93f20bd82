using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Objects;
using Cairn.Coordinator.Points;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>What people ask about backups.</summary>
internal sealed class BackupRequests(
    CoordinatorCatalog catalog, PointIndex points, JobStart jobs, AgentCalls calls)
{
    private const int MaxLabelLength = 200;

    private static readonly TimeSpan ListingLimit = TimeSpan.FromMinutes(10);

    /// <summary>Starts a backup.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.Unsupported"/>,
    /// <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(RunBackupRequest request, Caller asker)
    {
        catalog.Clusters.Get(request.Cluster);
        ObjectPatterns.Check(request.Objects);
        if (request.Objects.Count > 0 && (request.Cold || request.Method.Length > 0 || request.OnNodeFailure == NodeFailurePolicy.Partial))
        {
            throw Invalid(
                "a selection of objects is taken of a cluster that runs, by the usual method and of all nodes",
                "leave out --objects, or --cold, --method and --on-node-failure partial");
        }

        if (request.Kind is not (BackupKind.Unspecified or BackupKind.Full or BackupKind.Incremental))
        {
            throw Invalid($"there is no kind {(int)request.Kind} of backup", "use --full or --incremental");
        }

        if (request.Cold && request.Exact)
        {
            throw Invalid("a cold backup is exact already: the databases are stopped", "leave one of --cold and --exact out");
        }

        if (request.Method.Length > 0 && (request.Cold || request.Exact))
        {
            throw Invalid($"the method '{request.Method}' takes its own cut of running databases", "leave --cold and --exact out");
        }

        if (request.Method.Length > 0 && !Names.IsValid(request.Method))
        {
            throw Invalid("the method is no name", "use a method that 'cairn node show' lists as the capability backup.METHOD");
        }

        if (request.Label.Length > MaxLabelLength || request.Label.Any(char.IsControl))
        {
            throw Invalid(
                "the label is too long or holds control characters", $"use at most {MaxLabelLength} printable characters");
        }

        return jobs.Start(JobKind.Backup, request.Cluster, request, asker);
    }

    /// <summary>All points of a cluster, oldest first, what of them is damaged, and who could not be asked.</summary>
    public async Task<ListBackupsResponse> ListAsync(string clusterName, CancellationToken cancellationToken)
    {
        var listing = await points.ListAsync(catalog.Clusters.Get(clusterName), cancellationToken);
        return new ListBackupsResponse
        {
            Points = { listing.Points.Select(point => point.Record.Summary) },
            Damaged = { listing.Damaged },
            Unreachable =
            {
                listing.Unreachable.OrderBy(node => node.Key, StringComparer.Ordinal).Select(node => node.Value.ToDetail()),
            },
        };
    }

    /// <summary>One point.</summary>
    /// <exception cref="CairnException">As <see cref="PointIndex.Pick"/>; <see cref="ErrorCode.UnknownCluster"/>.</exception>
    public async Task<Backup> GetAsync(string clusterName, string wanted, CancellationToken cancellationToken)
    {
        var point = await FindAsync(clusterName, wanted, cancellationToken);
        return new Backup { Summary = point.Record.Summary, Record = point.Record, HeldBy = { point.HeldBy } };
    }

    /// <summary>The files of a point, node by node; of one node when <paramref name="request"/> names it.</summary>
    public async IAsyncEnumerable<NodeEntry> FilesAsync(
        ListBackupFilesRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var point = await FindAsync(request.Cluster, request.Point, cancellationToken);
        var nodes = point.Record.Summary.Nodes.Select(node => node.Node).ToList();
        if (request.Node.Length > 0)
        {
            nodes = nodes.Contains(request.Node)
                ? [request.Node]
                : throw new CairnException(
                    ErrorCode.UnknownNode,
                    $"point {point.Id} has no part of a node '{request.Node}'",
                    $"it has parts of {string.Join(", ", nodes)}",
                    subject: request.Node);
        }

        foreach (var node in nodes)
        {
            var asked = new ListEntriesRequest { PointId = point.Id, Pattern = request.Pattern };
            var entries = calls.ReadAsync(
                node, (agent, options) => agent.ListEntries(asked, options), ListingLimit, cancellationToken);
            await foreach (var entry in entries)
            {
                yield return new NodeEntry { Node = node, Entry = entry };
            }
        }
    }

    private async Task<ListedPoint> FindAsync(string clusterName, string wanted, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(clusterName);
        return PointIndex.Pick(await points.ListAsync(cluster, cancellationToken), clusterName, wanted);
    }

    private static CairnException Invalid(string message, string wayOut) => new(ErrorCode.InvalidRequest, message, wayOut);
}
