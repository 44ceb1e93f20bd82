namespace Cairn.Repository;

/// <summary>One node's part of a committed point, as its commit record names it.</summary>
public sealed record NodePart
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>SHA-256 of the node's manifest file.</summary>
    public required Sha256Digest ManifestHash { get; init; }

    /// <summary>Regular files.</summary>
    public required long Files { get; init; }

    /// <summary>Plain bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>When the node's capture read its first byte.</summary>
    public required DateTimeOffset CaptureStart { get; init; }

    /// <summary>When the node's capture was whole.</summary>
    public required DateTimeOffset CaptureEnd { get; init; }
}
