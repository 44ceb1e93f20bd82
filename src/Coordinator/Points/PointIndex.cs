using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Points;

/// <summary>
/// Finds points. The repositories on the nodes are the truth; the catalog learns from every look, and answers for nodes
/// that are away.
/// </summary>
internal sealed class PointIndex(CoordinatorCatalog catalog, AgentCalls calls)
{
    private const string Latest = "latest";

    /// <summary>Asks all nodes of the cluster at once; a dead one costs one call's deadline.</summary>
    public async Task<PointListing> ListAsync(ClusterRecord cluster, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(cluster.Nodes.Select(node => AskAsync(node, cancellationToken)));
        var unreachable = answers
            .Where(answer => answer.Failure is not null)
            .ToDictionary(answer => answer.Node, answer => answer.Failure!, StringComparer.Ordinal);
        var damaged = new List<ErrorDetail>();
        var foreign = new Dictionary<string, string>(StringComparer.Ordinal);
        var found = new SortedDictionary<string, Sighting>(StringComparer.Ordinal);
        var deleted = catalog.Points.Deleted(cluster.Name);
        foreach (var (node, listed, _) in answers)
        {
            if (listed is null)
            {
                continue;
            }

            damaged.AddRange(listed.Damaged.Select(detail => WithNode(detail, node)));
            foreach (var (record, source) in listed.Records.Select(record => (Record: record, Source: (string?)null))
                .Concat(listed.Borrowed.Select(borrowed => (borrowed.Record, (string?)borrowed.SourceNode))))
            {
                // A node that was away when it was deleted is still owed the command.
                if (record.Summary.Cluster == cluster.Name && deleted.Contains(record.Summary.PointId))
                {
                    continue;
                }

                if (record.Summary.Cluster != cluster.Name)
                {
                    foreign[record.Summary.PointId] = record.Summary.Cluster;
                }
                else if (!found.TryGetValue(record.Summary.PointId, out var known))
                {
                    found.Add(record.Summary.PointId, new Sighting(record, node).With(node, source));
                }
                else if (!known.Record.Equals(record))
                {
                    damaged.Add(Differs(record.Summary.PointId, known.FirstSeenBy, node));
                }
                else
                {
                    known.With(node, source);
                }
            }
        }

        Remember(cluster.Name, found.Values.Select(point => point.Record));
        if (unreachable.Count > 0)
        {
            // It may be on the nodes that did not answer.
            foreach (var record in catalog.Points.Of(cluster.Name))
            {
                found.TryAdd(record.Summary.PointId, new Sighting(record, firstSeenBy: ""));
            }
        }

        return new PointListing(
            [.. found.Values.Select(point => point.ToPoint())],
            foreign,
            damaged,
            unreachable);
    }

    /// <summary>
    /// The records of all clusters' points that any of <paramref name="nodes"/> can see, what any of them has recorded as deleted and
    /// when, and which nodes could be asked.
    /// </summary>
    public async Task<AllPoints> FindAllAsync(IEnumerable<string> nodes, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(nodes.Select(node => AskAsync(node, cancellationToken)));
        var listed = answers.Where(answer => answer.Listed is not null).Select(answer => (answer.Node, Listed: answer.Listed!)).ToList();
        return new AllPoints(
            [
                .. listed
                    .SelectMany(answer => answer.Listed.Records.Concat(answer.Listed.Borrowed.Select(borrowed => borrowed.Record)))
                    .DistinctBy(record => (record.Summary.Cluster, record.Summary.PointId)),
            ],
            listed
                .SelectMany(answer => answer.Listed.Deleted.Select(deleted => (answer.Node, Deleted: deleted)))
                .GroupBy(found => found.Deleted.PointId, StringComparer.Ordinal)
                .ToDictionary(
                    point => point.Key,
                    point => new FoundDeletion(
                        point.Min(found => found.Deleted.Deleted?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch),
                        [.. point.Select(found => found.Node)]),
                    StringComparer.Ordinal),
            listed.Select(answer => answer.Node).ToHashSet(StringComparer.Ordinal),
            [.. answers.Select(answer => answer.Failure).OfType<CairnException>()]);
    }

    /// <summary>The point whose id is, or begins with, <paramref name="wanted"/>; "latest" is the newest.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.PointNotFound"/>, <see cref="ErrorCode.WrongCluster"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public static ListedPoint Pick(PointListing listing, string cluster, string wanted)
    {
        if (wanted.Length == 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                "no point is named",
                "give a point id, the beginning of one, or 'latest'");
        }

        if (wanted == Latest)
        {
            return listing.Points.Count > 0
                ? listing.Points[^1]
                : throw NotFound(listing, cluster, $"cluster '{cluster}' has no backup point", subject: null);
        }

        var matching = listing.Points.Where(point => point.Id.StartsWith(wanted, StringComparison.Ordinal)).ToList();
        if (matching.Find(point => point.Id == wanted) is { } exact)
        {
            return exact;
        }

        return matching switch
        {
            [var only] => only,
            [] when listing.Foreign.TryGetValue(wanted, out var other) => throw new CairnException(
                ErrorCode.WrongCluster,
                $"point {wanted} belongs to cluster '{other}', not to '{cluster}'",
                $"name a point of '{cluster}': cairn backup list {cluster}",
                subject: wanted),
            [] => throw NotFound(listing, cluster, $"cluster '{cluster}' has no point '{wanted}'", wanted),
            _ => throw new CairnException(
                ErrorCode.InvalidRequest,
                $"{matching.Count} points begin with '{wanted}'",
                "give more characters of the point's id",
                subject: wanted),
        };
    }

    private async Task<(string Node, ListPointsResponse? Listed, CairnException? Failure)> AskAsync(
        string node, CancellationToken cancellationToken)
    {
        try
        {
            // Of all clusters: a point that is there but belongs to another one deserves a better answer than "not found".
            var listed = await calls.AskAsync(
                node, (agent, options) => agent.ListPointsAsync(new ListPointsRequest(), options), cancellationToken);
            return (node, listed, null);
        }
        catch (CairnException failure)
        {
            return (node, null, failure);
        }
    }

    private void Remember(string cluster, IEnumerable<CommitRecord> records)
    {
        var known = catalog.Points.Of(cluster).Select(record => record.Summary.PointId).ToHashSet(StringComparer.Ordinal);
        foreach (var record in records.Where(record => !known.Contains(record.Summary.PointId)))
        {
            catalog.Points.Put(record);
        }
    }

    private static CairnException NotFound(PointListing listing, string cluster, string what, string? subject)
    {
        var away = listing.Unreachable.Count == 0
            ? ""
            : $" ({string.Join(", ", listing.Unreachable.Keys.Order(StringComparer.Ordinal))} could not be asked)";
        return new CairnException(
            ErrorCode.PointNotFound,
            what + away,
            $"'cairn backup list {cluster}' shows the points",
            subject: subject);
    }

    private static ErrorDetail WithNode(ErrorDetail detail, string node)
    {
        if (detail.Node.Length > 0)
        {
            return detail;
        }

        var named = detail.Clone();
        named.Node = node;
        return named;
    }

    private static ErrorDetail Differs(string point, string one, string other) => new CairnException(
        ErrorCode.PointDamaged,
        $"{other}: the commit record of point {point} is not the one that {one} holds",
        "verify the point; restore another one",
        other,
        point).ToDetail();

    /// <summary>A point while the answers are gone through.</summary>
    private sealed class Sighting(CommitRecord record, string firstSeenBy)
    {
        private readonly List<string> heldBy = [];
        private readonly List<BorrowedPart> borrowed = [];

        public CommitRecord Record => record;

        public string FirstSeenBy => firstSeenBy;

        /// <summary>Also seen by this node: in its own repository, or as another's part in one that it may take from.</summary>
        public Sighting With(string node, string? borrowedFrom)
        {
            if (borrowedFrom is null)
            {
                heldBy.Add(node);
            }
            else
            {
                borrowed.Add(new BorrowedPart(node, borrowedFrom));
            }

            return this;
        }

        public ListedPoint ToPoint() => new(record, heldBy, borrowed);
    }
}
