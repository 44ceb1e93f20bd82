using System.Globalization;
using Cairn.Shared.Errors;

namespace Cairn.Coordinator.Catalog;

/// <summary>Another job holds the cluster, or one that has nodes in common with it; or somebody keeps all jobs away from it.</summary>
/// <param name="wanted">The cluster that a job is wanted on.</param>
/// <param name="held">The cluster that is held; it has a holder.</param>
/// <param name="kind">What the holding job does; not looked at for a lock for maintenance.</param>
internal sealed class ClusterLockedException(ClusterRecord wanted, ClusterRecord held, string kind)
    : CairnException(
        ErrorCode.ClusterLocked,
        string.Create(
            CultureInfo.InvariantCulture,
            $"cluster '{held.Name}' is {Holder(held, kind)} since {held.LockedAt:yyyy-MM-ddTHH:mm:ssZ}{Common(wanted, held)}"),
        held.LockReason is null
            ? $"wait until it has ended: cairn job watch {held.LockedBy}"
            : $"when that is over: cairn cluster unlock {held.Name} --lock {held.LockedBy}",
        subject: held.LockedBy)
{
    private static string Holder(ClusterRecord held, string kind) => held.LockReason is { } reason
        ? $"locked for maintenance ('{reason}', lock {held.LockedBy})"
        : $"held by {kind} job {held.LockedBy}";

    private static string Common(ClusterRecord wanted, ClusterRecord held) => wanted.Name == held.Name
        ? ""
        : $", and has {string.Join(", ", held.Nodes.Intersect(wanted.Nodes))} in common with '{wanted.Name}'";
}
