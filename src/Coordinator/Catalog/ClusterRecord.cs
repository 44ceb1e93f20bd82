using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Catalog;

/// <summary>A cluster with the state of its lock.</summary>
/// <param name="Epoch">Of the last lock that was taken; 0 when there never was one.</param>
/// <param name="LockedBy">The job that holds the lock longest, or the id of a lock for maintenance; null when it is free.</param>
/// <param name="LockReason">What a lock for maintenance is for; null when a job holds it or it is free.</param>
internal sealed record ClusterRecord(
    string Name,
    string Engine,
    IReadOnlyList<string> Nodes,
    long Epoch,
    string? LockedBy,
    DateTimeOffset? LockedAt,
    string? LockReason)
{
    /// <summary>The jobs that hold the lock, the longest first.</summary>
    public IReadOnlyList<LockHolder> Holders { get; init; } = [];

    /// <summary>What becomes of a backup when a node fails.</summary>
    public V1.NodeFailurePolicy OnNodeFailure { get; init; } = V1.NodeFailurePolicy.Abort;

    /// <summary>
    /// The cluster whose lock is in the way of a job on this one: itself, or one that has a node in common with it; null when
    /// none is held. Two names for the same hosts must not let a backup and a restore meet.
    /// </summary>
    public ClusterRecord? HeldThrough(IEnumerable<ClusterRecord> all) => all
        .Where(other => other.LockedBy is not null && (other.Name == Name || other.Nodes.Intersect(Nodes).Any()))
        .OrderByDescending(other => other.Name == Name)
        .FirstOrDefault();

    public V1.Cluster ToMessage() => new()
    {
        Name = Name,
        Engine = Engine,
        Nodes = { Nodes },
        Epoch = Epoch,
        OnNodeFailure = OnNodeFailure,
        Holders = { Holders.Select(holder => new V1.LockHolder { JobId = holder.JobId, Kind = holder.Kind.Word() }) },
        LockedByJob = LockReason is null ? LockedBy ?? "" : "",
        Maintenance = LockReason is null
            ? null
            : new V1.MaintenanceLock
            {
                LockId = LockedBy, Reason = LockReason, Since = Timestamp.FromDateTimeOffset(LockedAt!.Value),
            },
    };
}
