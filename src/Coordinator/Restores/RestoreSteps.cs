using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Plans;
using Cairn.Coordinator.Points;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>What a restore, an undo or a discard would do, as the lines whose hash the caller gives back.</summary>
internal static class RestoreSteps
{
    /// <summary>Of a restore: the point by its manifests, every node's part, and where each goes.</summary>
    public static SeenPlan Of(RestorePlan plan, ListedPoint point, RestoreRequest request, JobId? job) => new(
    [
        plan.Objects.Count > 0
            ? $"bring {string.Join(", ", plan.Objects)} of point {point.Id} back into cluster {plan.Cluster}, which runs"
            : $"restore cluster {plan.Cluster} to point {point.Id}",
        .. request.Stop ? ["stop the instances that run"] : (string[])[],
        .. request.Start ? ["start the instances afterwards"] : (string[])[],
        .. request.AcceptedCaveats.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => $"accept the caveat {name}"),
        .. request.Parameters.Select(given => $"with {given.Name} {given.Value}"),
        .. point.Record.Summary.Nodes.OrderBy(part => part.Node, StringComparer.Ordinal)
            .Select(part => $"the point's part of {part.Node} has the manifest {part.ManifestHash}"),
        .. plan.Nodes.OrderBy(node => node.Node, StringComparer.Ordinal).SelectMany(node => Of(node, plan.Objects.Count > 0, job)),
    ]);

    /// <summary>Of an undo or a discard.</summary>
    public static SeenPlan Of(JobKind kind, string cluster, PastRestore restore, RestoreAftermath aftermath) => new(
    [
        kind == JobKind.Undo
            ? $"undo restore {restore.JobId} of cluster {cluster}: put the data from before it back in place"
            : aftermath is RestoreAftermath.Undone
                ? $"discard what restore {restore.JobId} of cluster {cluster} had put in place: it was undone"
                : $"discard the data that cluster {cluster} had before restore {restore.JobId}: there is no undo afterwards",
        .. restore.Nodes.Order(StringComparer.Ordinal).Select(node => $"on {node}"),
    ]);

    // A plan is shown outside any job, and made again inside one: the paths name the job that is to come as JOB.
    private static IEnumerable<string> Of(NodePlan node, bool isOnline, JobId? job) =>
    [
        $"{node.Node} gets the part of {node.SourceNode}{(!node.MetadataHere ? "" : isOnline ? " and tells the database" : " and the cluster's metadata")}",
        .. node.Precheck?.Plan.Select(step => $"{node.Node}: {(job is { } id ? step.Replace(id.ToString(), "JOB", StringComparison.Ordinal) : step)}") ?? [],
    ];
}
