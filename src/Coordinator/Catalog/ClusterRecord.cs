namespace Cairn.Coordinator.Catalog;

/// <summary>A cluster with the state of its lock.</summary>
/// <param name="Epoch">Of the last lock that was taken; 0 when there never was one.</param>
/// <param name="LockedBy">The job that holds the lock; null when it is free.</param>
internal sealed record ClusterRecord(
    string Name,
    string Engine,
    IReadOnlyList<string> Nodes,
    long Epoch,
    string? LockedBy,
    DateTimeOffset? LockedAt)
{
    public V1.Cluster ToMessage() => new()
    {
        Name = Name,
        Engine = Engine,
        Nodes = { Nodes },
        Epoch = Epoch,
        LockedByJob = LockedBy ?? "",
    };
}
