using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// Everything about a restore that can be refused before anything is touched: the plan that people read is the one that a
/// job runs by. Changes nothing.
/// </summary>
internal sealed class RestorePlanner(
    CoordinatorCatalog catalog,
    ClusterSurvey survey,
    PointIndex points,
    AgentCalls calls,
    CoordinatorLimits limits,
    TimeProvider time)
{
    /// <summary>Looks at everything, and returns all findings instead of stopping at the first that stands in the way.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>; the point cannot be found, so there is nothing to plan: see
    /// <see cref="PointIndex.Pick"/>.
    /// </exception>
    public async Task<PlannedRestore> PlanAsync(RestoreRequest request, JobId? job, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(request.Cluster);

        // Nothing answers for a stopped database; what it was stands in the configurations that the agents read.
        var looking = survey.LookAsync(cluster, askDatabases: request.Online, cancellationToken);
        var listing = await points.ListAsync(cluster, cancellationToken);
        var topology = await looking;
        var point = PointIndex.Pick(listing, cluster.Name, request.Point);

        var map = NodeMap.Of(request.Mappings);
        var (objects, objectsCheck) = ObjectSelection.Check(request, point);
        var checks = new List<Check>
        {
            LockCheck(cluster, job),
            NodesCheck(point, topology),
            objectsCheck,
            MappingCheck(map, point, cluster),
            TopologyCheck(map, point, topology),
            CaveatCheck(point, request),
            CompleteCheck(point),
        };
        if (request.Online)
        {
            checks.AddRange(ObjectSelection.OnlineChecks(topology, point));
        }

        var adoptOn = ObjectAdoption.LeaderOf(topology);
        var parts = Parts(map, point, topology);
        if (request.Online)
        {
            parts = [.. parts.Select(part => part with { MetadataHere = part.Node == adoptOn })];
        }

        var nodes = await Task.WhenAll(parts.Select(part => PlanNodeAsync(
            request, objects, job, point, part, topology, listing, cancellationToken)));
        var plan = new RestorePlan
        {
            Cluster = cluster.Name,
            Point = point.Record.Summary,
            Nodes = { nodes },
            Checks = { checks },
            Objects = { objects },
        };
        plan.Possible = plan.Checks.All(check => check.Passed) && plan.Nodes.All(IsPossible);
        var seen = RestoreSteps.Of(plan, point, request, job);
        plan.PlanHash = seen.Hash;
        return new PlannedRestore(
            plan,
            seen,
            new RestoreNotes(point.Id, parts, [.. request.AcceptedCaveats])
            {
                Objects = objects,
                Adoption = objects.Count > 0 && adoptOn is not null ? new AdoptionNotes(adoptOn) : null,
            },
            HighestEpoch(topology));
    }

    private static List<RestorePart> Parts(NodeMap map, ListedPoint point, ClusterTopology topology)
    {
        var inCluster = topology.Cluster.Nodes.ToHashSet(StringComparer.Ordinal);
        return [.. point.Record.Summary.Nodes
            .Where(part => inCluster.Contains(map.NewOf(part.Node)))
            .Select(part => new RestorePart(map.NewOf(part.Node), part.Node, part.HasMetadata))

            // Two parts for one node are refused by the check of the mapping; one is enough to look at.
            .DistinctBy(part => part.Node)];
    }

    private async Task<NodePlan> PlanNodeAsync(
        RestoreRequest request,
        IReadOnlyList<string> objects,
        JobId? job,
        ListedPoint point,
        RestorePart part,
        ClusterTopology topology,
        PointListing listing,
        CancellationToken cancellationToken)
    {
        var plan = new NodePlan
        {
            Node = part.Node,
            SourceNode = part.SourceNode,
            MetadataHere = part.MetadataHere,
        };
        var away = topology.Nodes.FirstOrDefault(node => node.Node == part.Node)?.Failure
            ?? listing.Unreachable.GetValueOrDefault(part.Node);
        if (away is not null)
        {
            plan.Error = away.ToDetail(part.Node);
            return plan;
        }

        if (!point.IsWithin(part.Node, part.SourceNode))
        {
            plan.Error = new CairnException(
                ErrorCode.PointNotFound,
                part.Node == part.SourceNode
                    ? $"{part.Node}: its repository does not hold point {point.Id}"
                    : $"{part.Node}: it has no repository with the part of {part.SourceNode} of point {point.Id}",
                part.Node == part.SourceNode
                    ? "see that the agent's configuration names the repository that the backup went to"
                    : $"bring the repository of {part.SourceNode} to {part.Node}, and name it in that agent's configuration: as 'repository', or under 'restore-from'",
                part.Node,
                point.Id).ToDetail();
            return plan;
        }

        if (request.Online && objects.Count == 0)
        {
            // The check of the objects says why; there is nothing to ask the node about.
            return plan;
        }

        try
        {
            plan.Precheck = await PrecheckAsync(request, objects, job, point, part, cancellationToken);
        }
        catch (CairnException failure)
        {
            plan.Error = failure.ToDetail(part.Node);
        }

        return plan;
    }

    private Task<PrecheckResult> PrecheckAsync(
        RestoreRequest request,
        IReadOnlyList<string> objects,
        JobId? job,
        ListedPoint point,
        RestorePart part,
        CancellationToken cancellationToken)
    {
        var precheck = new PrecheckRequest
        {
            Header = new CommandHeader
            {
                TaskId = TaskId.New(time).ToString(),
                JobId = job?.ToString() ?? "",
                Cluster = request.Cluster,
                Deadline = Timestamp.FromDateTimeOffset(time.GetUtcNow() + limits.Precheck),
            },
            Restore = new RestorePrecheck
            {
                PointId = point.Id,
                SourceNode = part.SourceNode,
                MetadataHere = part.MetadataHere,
                AcceptedCaveats = { request.AcceptedCaveats },
                WillStop = request.Stop,
                WillStart = request.Start,
                Parameters = { request.Parameters },
                Objects = { objects },
            },
        };
        return calls.AskAsync(
            part.Node, (agent, options) => agent.PrecheckAsync(precheck, options), limits.Precheck, cancellationToken);
    }

    private Check LockCheck(ClusterRecord cluster, JobId? job)
    {
        if (cluster.HeldThrough(catalog.Clusters.All().Where(other => other.LockedBy != job?.ToString())) is not { } held)
        {
            return Passed("lock", "no other job holds the cluster");
        }

        var kind = JobId.TryParse(held.LockedBy, out var id) && catalog.Jobs.Find(id) is { } found ? found.Kind.Word() : "job";
        return Failed("lock", new ClusterLockedException(cluster, held, kind));
    }

    private static Check NodesCheck(ListedPoint point, ClusterTopology topology)
    {
        // What a partial point lacks gets nothing, so it need not answer.
        var needed = topology.Without([.. point.Record.Summary.MissingNodes]);
        return needed.Problems.Count == 0
            ? Passed("nodes", $"all {needed.Nodes.Count} agents answer")
            : Failed("nodes", needed.Problems[0]);
    }

    private static Check MappingCheck(NodeMap map, ListedPoint point, ClusterRecord cluster)
    {
        if (map.IsEmpty)
        {
            return Passed("mapping", "every part goes to the node of the same name");
        }

        var reasons = map.Reasons([.. point.Record.Summary.Nodes.Select(part => part.Node)], cluster.Nodes);
        return reasons.Count == 0
            ? Passed("mapping", map.ToString())
            : Failed("mapping", new CairnException(
                ErrorCode.TopologyMismatch,
                string.Join("; ", reasons),
                "map every node of the point that has another name now to one node of the cluster: --map OLD=NEW",
                subject: point.Id));
    }

    private static Check TopologyCheck(NodeMap map, ListedPoint point, ClusterTopology topology)
    {
        var answered = topology.Nodes.Where(node => node.Failure is null).Select(node => node.Node).ToHashSet(StringComparer.Ordinal);
        var silent = topology.Nodes.Where(node => node.Failure is not null).Select(node => node.Node).ToHashSet(StringComparer.Ordinal);

        // A node that did not answer is the business of the check before; only what is known can differ.
        var then = point.Record.Topology.Select(map.Renamed).Where(node => !silent.Contains(node.Node)).ToList();
        var now = topology.ToRecord()
            .Where(node => answered.Contains(node.Node) && !point.Record.Summary.MissingNodes.Contains(node.Node))
            .ToList();
        var differences = TopologyComparison.Differences(then, now);
        return differences.Count == 0
            ? Passed("topology", "names, instances, roles and addresses are those of the point")
            : Failed("topology", new CairnException(
                ErrorCode.TopologyMismatch,
                $"cluster '{topology.Cluster.Name}' is not the one that point {point.Id} was taken of: "
                + string.Join("; ", differences),
                "restore into the same nodes and addresses: a cluster's members are named by address in its metadata; a node that only has another name now is mapped with --map OLD=NEW",
                subject: point.Id));
    }

    private static Check CaveatCheck(ListedPoint point, RestoreRequest request)
    {
        var open = point.Record.Summary.Caveats
            .Where(caveat => !request.AcceptedCaveats.Contains(caveat.Name))
            .ToList();
        if (open.Count == 0)
        {
            return Passed("caveats", point.Record.Summary.Caveats.Count == 0
                ? "the point carries none"
                : $"accepted: {string.Join(", ", point.Record.Summary.Caveats.Select(caveat => caveat.Name))}");
        }

        return Failed("caveats", new CairnException(
            ErrorCode.CaveatNotAccepted,
            $"point {point.Id} does not promise everything: "
            + string.Join("; ", open.Select(caveat => $"{caveat.Name}: {caveat.Text}")),
            "if that is acceptable, say so: " + string.Join(" ", open.Select(caveat => $"--accept-caveat {caveat.Name}")),
            subject: point.Id));
    }

    // A partial point that does not make the whole cluster carries a caveat, and is refused by that unless it is accepted by name.
    private static Check CompleteCheck(ListedPoint point)
    {
        var summary = point.Record.Summary;
        var held = $"the point has the parts of {summary.Nodes.Count} nodes, taken {summary.Created?.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ssZ}";
        return Passed("complete", !summary.Partial
            ? held
            : $"{held}; {string.Join("; ", point.Record.Coverage?.Findings ?? [])}; what {string.Join(", ", summary.MissingNodes)} holds now stays "
                + "as it is: empty it before its database is started beside the restored ones");
    }

    private static bool IsPossible(NodePlan node) =>
        node.Error is null && node.Precheck is not null && node.Precheck.Checks.All(check => check.Passed);

    private static long HighestEpoch(ClusterTopology topology) => topology.Nodes
        .Select(node => node.Description?.Epochs.TryGetValue(topology.Cluster.Name, out var epoch) == true ? epoch : 0)
        .DefaultIfEmpty(0)
        .Max();

    /// <summary>A check that passed.</summary>
    public static Check Passed(string name, string finding) => new() { Name = name, Passed = true, Finding = finding };

    /// <summary>A check that did not.</summary>
    public static Check Failed(string name, CairnException failure) => new()
    {
        Name = name,
        Passed = false,
        Finding = failure.Message,
        Error = failure.ToDetail(),
    };
}
