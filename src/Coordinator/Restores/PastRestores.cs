using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Restores;

/// <summary>A restore that left something beside.</summary>
/// <param name="Nodes">The nodes that took part.</param>
internal sealed record PastRestore(string JobId, string PointId, IReadOnlyList<string> Nodes);

/// <summary>
/// Finds the restores that can be undone or discarded: in the catalog, and when that was lost, by what the agents say is
/// still beside.
/// </summary>
internal sealed class PastRestores(CoordinatorCatalog catalog, ClusterSurvey survey)
{
    /// <summary>The restore called <paramref name="wanted"/>, or the cluster's last that <paramref name="what"/> can be done to.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.NoSuchRestore"/>.</exception>
    public async Task<PastRestore> FindAsync(
        JobKind what, string clusterName, string wanted, CancellationToken cancellationToken)
    {
        var cluster = catalog.Clusters.Get(clusterName);
        var restores = catalog.Jobs.DecidedRestores(clusterName)
            .Where(job => wanted.Length == 0 || job.Id.ToString() == wanted)
            .ToList();
        var found = restores.Find(job => IsPossible(what, job.Aftermath));
        if (found is not null)
        {
            return Of(found);
        }

        if (restores is [var only] && wanted.Length > 0)
        {
            throw new CairnException(
                ErrorCode.NoSuchRestore,
                $"restore {wanted} cannot be {Done(what)}: it is {Word(only.Aftermath)}",
                "'cairn job list' shows what was done",
                subject: wanted);
        }

        return await FindRemnantAsync(cluster, what, wanted, cancellationToken) ?? throw new CairnException(
            ErrorCode.NoSuchRestore,
            wanted.Length > 0
                ? $"cluster '{clusterName}' has no restore {wanted} with old data beside"
                : $"cluster '{clusterName}' has no restore that could be {Done(what)}",
            "'cairn job list' shows the restores",
            subject: wanted.Length > 0 ? wanted : clusterName);
    }

    /// <summary>The nodes of a restore that an undo or discard job is about.</summary>
    public async Task<IReadOnlyList<string>> NodesAsync(
        JobKind what, string clusterName, string restoreJobId, CancellationToken cancellationToken)
    {
        var known = JobId.TryParse(restoreJobId, out var id) ? catalog.Jobs.Find(id) : null;
        if (known?.Plan is not null)
        {
            return Of(known).Nodes;
        }

        var remnant = await FindRemnantAsync(catalog.Clusters.Get(clusterName), what, restoreJobId, cancellationToken);
        return remnant?.Nodes ?? throw new CairnException(
            ErrorCode.NoSuchRestore,
            $"no node of cluster '{clusterName}' has anything of restore {restoreJobId} beside",
            "'cairn node show' tells what a node has beside",
            subject: restoreJobId);
    }

    /// <summary>The objects that a restore brought back into a cluster that ran; none for a restore of a whole one, or one that only agents know.</summary>
    public IReadOnlyList<string> ObjectsOf(string restoreJobId) =>
        JobId.TryParse(restoreJobId, out var id) && catalog.Jobs.Find(id) is { Plan: { } plan }
            ? System.Text.Json.JsonSerializer.Deserialize<RestoreNotes>(plan)!.Objects
            : [];

    private async Task<PastRestore?> FindRemnantAsync(
        ClusterRecord cluster, JobKind what, string wanted, CancellationToken cancellationToken)
    {
        var topology = await survey.LookAsync(cluster, askDatabases: false, cancellationToken);

        // Only the agents know here which nodes took part. Without one's word its part would be left out, and the cluster
        // would end half old and half new.
        if (topology.Nodes.Select(node => node.Failure).FirstOrDefault(failure => failure is not null) is { } away)
        {
            throw away;
        }

        return topology.Nodes
            .Where(node => node.Description is not null)
            .SelectMany(node => node.Description!.Remnants.Select(remnant => (node.Node, Remnant: remnant)))
            .Where(found => wanted.Length == 0 ? IsPossible(what, found.Remnant.State) : found.Remnant.JobId == wanted)
            .GroupBy(found => found.Remnant.JobId, StringComparer.Ordinal)

            // Job ids made later sort after those made earlier.
            .OrderByDescending(restore => restore.Key, StringComparer.Ordinal)
            .Select(restore => new PastRestore(
                restore.Key, restore.First().Remnant.PointId, [.. restore.Select(found => found.Node)]))
            .FirstOrDefault();
    }

    private static PastRestore Of(JobRecord job) => new(
        job.Id.ToString(),
        job.PointId,
        [.. System.Text.Json.JsonSerializer.Deserialize<RestoreNotes>(job.Plan!)!.Nodes.Select(part => part.Node)]);

    private static bool IsPossible(JobKind what, RestoreAftermath aftermath) => what == JobKind.Undo
        ? aftermath is RestoreAftermath.Beside or RestoreAftermath.Undoing
        : aftermath is RestoreAftermath.Beside or RestoreAftermath.Undone or RestoreAftermath.Discarding;

    private static bool IsPossible(JobKind what, string remnantState) => what == JobKind.Undo
        ? remnantState is "decided" or "swapped"
        : remnantState is "staged" or "swapped" or "undone";

    private static string Done(JobKind what) => what == JobKind.Undo ? "undone" : "discarded";

    private static string Word(RestoreAftermath aftermath) => aftermath switch
    {
        RestoreAftermath.Undoing => "being undone",
        RestoreAftermath.Undone => "undone already",
        RestoreAftermath.Discarding => "being discarded",
        RestoreAftermath.Discarded => "discarded already",
        _ => "in place",
    };
}
