namespace Cairn.Repository;

/// <summary>
/// What makes a point exist: the manifests of all its nodes, and what the point promises. Made by the coordinator;
/// <see cref="Serialize"/> gives the same bytes for the same content, and every node keeps exactly these. Times are kept to the
/// tick (100 ns).
/// </summary>
public sealed record CommitRecord
{
    /// <summary>The point.</summary>
    public required PointId Point { get; init; }

    /// <summary>The chain, the same name on every node.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>The point that it builds on; null for a full.</summary>
    public PointId? BasePoint { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The engine's name.</summary>
    public required string Engine { get; init; }

    /// <summary>The job that made it.</summary>
    public required string Job { get; init; }

    /// <summary>The operator's label; empty for none.</summary>
    public required string Label { get; init; }

    /// <summary>When the record was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Full or incremental.</summary>
    public required PointKind Kind { get; init; }

    /// <summary>What the point holds, in a sentence for people.</summary>
    public required string Consistency { get; init; }

    /// <summary>Names of what is not promised; a restore must accept each.</summary>
    public required IReadOnlyList<string> Caveats { get; init; }

    /// <summary>True when the operator allowed that nodes are missing.</summary>
    public required bool Partial { get; init; }

    /// <summary>The nodes that are missing; empty unless <see cref="Partial"/>.</summary>
    public required IReadOnlyList<string> MissingNodes { get; init; }

    /// <summary>The longest time between two nodes' captures of the same step.</summary>
    public required TimeSpan Skew { get; init; }

    /// <summary>The coordinator's picture of the cluster as JSON, carried and not read. At most 4 MiB of UTF-8.</summary>
    public required string TopologyJson { get; init; }

    /// <summary>Every node's part; at least one, each node once. Kept in the order of the names (ordinal).</summary>
    public required IReadOnlyList<NodePart> Nodes { get; init; }

    /// <summary>
    /// The record's bytes, with magic, version and checksum. Throws <see cref="ArgumentException"/> for a record that breaks
    /// a bound or contradicts itself.
    /// </summary>
    public byte[] Serialize() => CommitRecordFormat.Serialize(this);

    /// <summary>Reads what <see cref="Serialize"/> wrote. Throws <see cref="RepositoryDamagedException"/> for anything else.</summary>
    public static CommitRecord Parse(ReadOnlySpan<byte> bytes) => CommitRecordFormat.Parse(bytes, "commit record");
}
