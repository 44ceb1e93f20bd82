namespace Cairn.Repository;

/// <summary>What a point is before its first byte is copied; kept in the journal and in the manifest.</summary>
public sealed record BeginPoint
{
    /// <summary>Made by the coordinator; the same on every node.</summary>
    public required PointId Point { get; init; }

    /// <summary>The chain that it goes into: a new one for a full backup, the base's one for an incremental.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>
    /// The committed point that it builds on, null for a full. Where this node has not got it (or lost packs of it), the
    /// node stores a full inside the chain, and <see cref="PreparedPoint.FullInsideChain"/> says so.
    /// </summary>
    public PointId? BasePoint { get; init; }

    /// <summary>The node whose data these are.</summary>
    public required string Node { get; init; }

    /// <summary>The cluster's name.</summary>
    public required string Cluster { get; init; }

    /// <summary>The engine's name.</summary>
    public required string Engine { get; init; }

    /// <summary>The job that makes the point.</summary>
    public required string Job { get; init; }

    /// <summary>How hard to compress.</summary>
    public Compression Compression { get; init; } = Compression.Fastest;

    /// <summary>Reads everything, also what looks unchanged; known content is still not stored twice.</summary>
    public bool VerifyUnchanged { get; init; }

    /// <summary>
    /// Goes on when a source file vanished, cannot be read, changed while it was read or is nothing that is backed up, and lists it in the point; otherwise any of
    /// that stops the copy.
    /// </summary>
    public bool AllowSourceTrouble { get; init; }
}
