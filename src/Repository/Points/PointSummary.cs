namespace Cairn.Repository;

/// <summary>One line of a list of committed points.</summary>
public sealed record PointSummary
{
    /// <summary>The point.</summary>
    public required PointId Point { get; init; }

    /// <summary>Its chain.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>
    /// What is wrong with the commit record or the manifest on this node, with the file's path; null when both read well.
    /// Packs are not looked at: that is <see cref="INodeRepository.VerifyAsync"/>'s work.
    /// </summary>
    public string? Damage { get; init; }

    /// <summary>The commit record; null only when it is damaged itself.</summary>
    public CommitRecord? Record { get; init; }

    /// <summary>SHA-256 of the commit record's bytes, the same on every node; null when it is damaged.</summary>
    public Sha256Digest? RecordHash { get; init; }

    /// <summary>This node's part; null when its manifest is missing or damaged.</summary>
    public PreparedManifest? Manifest { get; init; }
}
