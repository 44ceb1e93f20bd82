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

    /// <summary>Bytes of what was staged.</summary>
    public long StagedBytes { get; init; }
}

/// <summary>One directory that is replaced.</summary>
/// <param name="Instance">The instance's name.</param>
/// <param name="Root">The root's name.</param>
/// <param name="Target">The live directory, resolved.</param>
/// <param name="Stage">Where the new directory is made, on the same mount.</param>
/// <param name="Old">Where the old directory goes, on the same mount.</param>
/// <param name="Content">False: an empty directory takes its place.</param>
internal sealed record RestorePart(
    string Instance, string Root, string Target, string Stage, string Old, bool Content);
