using System.Globalization;
using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Catalog;

/// <summary>Another job holds the cluster, or one that has nodes in common with it.</summary>
/// <param name="wanted">The cluster that a job is wanted on.</param>
/// <param name="held">The cluster that is held; it has a holder.</param>
/// <param name="kind">What the holder does.</param>
internal sealed class ClusterLockedException(ClusterRecord wanted, ClusterRecord held, string kind)
    : CairnException(
        ErrorCode.ClusterLocked,
        string.Create(
            CultureInfo.InvariantCulture,
            $"cluster '{held.Name}' is held by {kind} job {held.LockedBy} since {held.LockedAt:yyyy-MM-ddTHH:mm:ssZ}{Common(wanted, held)}"),
        $"wait until it has ended: cairn job watch {held.LockedBy}",
        subject: held.LockedBy)
{
    private static string Common(ClusterRecord wanted, ClusterRecord held) => wanted.Name == held.Name
        ? ""
        : $", and has {string.Join(", ", held.Nodes.Intersect(wanted.Nodes))} in common with '{wanted.Name}'";
}
