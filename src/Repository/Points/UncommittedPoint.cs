namespace Cairn.Repository;

/// <summary>A point that is neither committed nor aborted: what a restarted agent finds.</summary>
public sealed record UncommittedPoint
{
    /// <summary>How the point was begun.</summary>
    public required BeginPoint Begun { get; init; }

    /// <summary>What the copy did; null while it is not complete (begin the point again to resume it).</summary>
    public PreparedPoint? Copied { get; init; }

    /// <summary>The durable manifest; null until the point is prepared.</summary>
    public PreparedManifest? Prepared { get; init; }
}
