using Cairn.Coordinator.Objects;
using Cairn.Coordinator.Points;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>Which objects of a point a restore brings back, and what the coordinator can say of that.</summary>
internal static class ObjectSelection
{
    /// <summary>The objects, with the check that found them; none where the point or the request is about a whole cluster.</summary>
    public static (IReadOnlyList<string> Objects, Check Check) Check(RestoreRequest request, ListedPoint point)
    {
        IReadOnlyList<string> held = [.. point.Record.Summary.Objects];
        if (!request.Online)
        {
            return ([], held.Count == 0
                ? RestorePlanner.Passed("objects", "the point holds the whole cluster")
                : RestorePlanner.Failed("objects", new CairnException(
                    ErrorCode.Unsupported,
                    $"point {point.Id} holds {string.Join(", ", held)} only, and the whole cluster cannot be made of it",
                    "bring these back into the running cluster with --online, or name a point of the whole cluster",
                    subject: point.Id)));
        }

        if (held.Count == 0)
        {
            return ([], RestorePlanner.Failed("objects", new CairnException(
                ErrorCode.Unsupported,
                $"point {point.Id} holds the whole cluster, and nothing of it can be brought back into a cluster that runs",
                "name a point made with 'cairn backup run --objects', or restore the whole cluster, without --online",
                subject: point.Id)));
        }

        try
        {
            var objects = request.Objects.Count == 0 ? held : ObjectPatterns.Resolve(request.Objects, held, $"point {point.Id}");
            return (objects, RestorePlanner.Passed("objects", $"{string.Join(", ", objects)}, of {held.Count} that the point holds"));
        }
        catch (CairnException refused)
        {
            return ([], RestorePlanner.Failed("objects", refused));
        }
    }

    /// <summary>What must hold of the running cluster and the point before the nodes' own checks.</summary>
    public static IEnumerable<Check> OnlineChecks(ClusterTopology topology, ListedPoint point)
    {
        Check capability;
        try
        {
            topology.RequireCapability("restore.online");
            capability = RestorePlanner.Passed("online", "every instance can take objects back while it runs");
        }
        catch (CairnException refused)
        {
            capability = RestorePlanner.Failed("online", refused);
        }

        yield return capability;
        yield return ObjectAdoption.LeaderOf(topology) is { } leader
            ? RestorePlanner.Passed("leader", $"{leader} leads the cluster's metadata and will tell the database")
            : RestorePlanner.Failed("leader", new CairnException(
                ErrorCode.NoLeader,
                $"nobody is known to lead the metadata of cluster '{topology.Cluster.Name}'",
                "wait until somebody does",
                subject: topology.Cluster.Name));
        if (point.Record.Summary.Partial)
        {
            yield return RestorePlanner.Failed("whole", new CairnException(
                ErrorCode.Unsupported,
                $"point {point.Id} has no part of {string.Join(", ", point.Record.Summary.MissingNodes)}",
                "use a point that has the parts of all nodes",
                subject: point.Id));
        }
    }
}
