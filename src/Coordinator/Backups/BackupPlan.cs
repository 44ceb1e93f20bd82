using Cairn.V1;

namespace Cairn.Coordinator.Backups;

/// <summary>
/// A backup job's durable notes, as JSON in the catalog: written before the first command, and again before each step
/// that a restart must not take differently.
/// </summary>
internal sealed record BackupPlan
{
    /// <summary>The point that is being made.</summary>
    public required string PointId { get; init; }

    /// <summary>The chain that it goes to.</summary>
    public required string ChainId { get; init; }

    /// <summary>The point that an incremental builds on; empty for a full.</summary>
    public required string BasePointId { get; init; }

    /// <summary>Full or incremental.</summary>
    public required BackupKind Kind { get; init; }

    /// <summary>The nodes that take part: the cluster's nodes when the job began, but for those that are missing since.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The objects that it is limited to, in order of their names; empty for the whole cluster.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>What becomes of the job when a node fails.</summary>
    public NodeFailurePolicy OnNodeFailure { get; init; } = NodeFailurePolicy.Abort;

    /// <summary>The nodes that the point goes without; empty unless that was allowed.</summary>
    public IReadOnlyList<MissingNode> Missing { get; init; } = [];

    /// <summary>Where the partitions were when the cluster was captured; kept only where nodes may be missing.</summary>
    public Placement? Placement { get; init; }

    /// <summary>How many whole captures have been begun.</summary>
    public int CaptureAttempt { get; init; } = 1;

    /// <summary>How many of them were begun because the one before had lost a node, which does not count against the cluster.</summary>
    public int CapturesForLoss { get; init; }

    /// <summary>How often each node's copy failed and was begun again because the job was resumed; 0 is left out.</summary>
    public IReadOnlyDictionary<string, int> CopyRetries { get; init; } = new Dictionary<string, int>();

    /// <summary>How often, within that capture, the steps of a leader have been begun.</summary>
    public int LeaderAttempt { get; init; } = 1;

    /// <summary>
    /// Once the cut is sound: the commit record without its nodes' parts, in protobuf's binary form. From here on nothing
    /// is captured again.
    /// </summary>
    public byte[]? Captured { get; init; }

    /// <summary>True once every node has been handed the cluster's metadata, or none needs to be.</summary>
    public bool MetadataHandedOver { get; init; }

    /// <summary>The node that the cluster's metadata were captured on; null when cold, where each node keeps its own.</summary>
    public string? MetadataNode { get; init; }
}
