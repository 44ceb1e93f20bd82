namespace Cairn.Repository;

/// <summary>A durable manifest: what this node's part of a point is. A commit record names it by its hash.</summary>
public sealed record PreparedManifest
{
    /// <summary>The point.</summary>
    public required PointId Point { get; init; }

    /// <summary>Its chain.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>The node whose data it names.</summary>
    public required string Node { get; init; }

    /// <summary>SHA-256 of the manifest file.</summary>
    public required Sha256Digest Hash { get; init; }

    /// <summary>Regular files.</summary>
    public required long Files { get; init; }

    /// <summary>Plain bytes of all files.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes in packs that this point's segments take, shared ones included, each once.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Plain bytes that the chain had not held before.</summary>
    public required long NewBytes { get; init; }

    /// <summary>Bytes that this point added to the packs.</summary>
    public required long NewStoredBytes { get; init; }

    /// <summary>Segments named, each as often as it is used; zero runs not counted.</summary>
    public required long Segments { get; init; }

    /// <summary>True when a base was asked for and this node had not got it.</summary>
    public required bool FullInsideChain { get; init; }
}
