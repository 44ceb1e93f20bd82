namespace Cairn.Repository;

/// <summary>A committed point as this node knows it.</summary>
public sealed record PointDetail
{
    /// <summary>The commit record.</summary>
    public required CommitRecord Record { get; init; }

    /// <summary>The commit record's bytes, the same on every node: what a node that was away is given.</summary>
    public required ReadOnlyMemory<byte> RecordBytes { get; init; }

    /// <summary>SHA-256 of <see cref="RecordBytes"/>.</summary>
    public required Sha256Digest RecordHash { get; init; }

    /// <summary>How the point was begun on this node.</summary>
    public required BeginPoint Begun { get; init; }

    /// <summary>This node's part.</summary>
    public required PreparedManifest Manifest { get; init; }

    /// <summary>The engine's facts about this node's part.</summary>
    public required PointProperties Properties { get; init; }
}
