namespace Cairn.Agent.Journal;

/// <summary>A restore on this node. Its key is the job.</summary>
internal sealed record RestoreRecord
{
    public required string JobId { get; init; }

    public required string Cluster { get; init; }

    /// <summary>The epoch under which it was last commanded; checked against the highest right before each rename.</summary>
    public required long Epoch { get; init; }

    public required string PointId { get; init; }

    public required RestoreState State { get; init; }

    /// <summary>In the order in which they are put in place.</summary>
    public required IReadOnlyList<RestorePart> Parts { get; init; }

    /// <summary>Directories above the targets that were made for them, the outermost first.</summary>
    public required IReadOnlyList<string> MadeParents { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>When the state was last changed.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>True for a recovery on this host alone: no coordinator knows of it, so until it is decided here it goes back.</summary>
    public bool Offline { get; init; }

    /// <summary>Not empty: these objects are brought back into a database that runs; no directory is replaced.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>With objects: the instance whose database takes them; else empty.</summary>
    public string Instance { get; init; } = "";

    /// <summary>With objects: the node whose part of the point is restored here; else empty.</summary>
    public string SourceNode { get; init; } = "";

    /// <summary>With objects: when the database was told of them by this node, which happens once; null when it was not.</summary>
    public DateTimeOffset? AdoptionOrdered { get; init; }

    /// <summary>Bytes of what was staged.</summary>
    public long StagedBytes { get; init; }
}
