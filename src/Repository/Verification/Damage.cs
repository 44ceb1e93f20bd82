namespace Cairn.Repository;

/// <summary>One thing found wrong in a point.</summary>
/// <param name="Point">The point.</param>
/// <param name="FoundIn">The repository's file in which it was found, relative to the repository.</param>
/// <param name="Path">The backed-up file that is hit; null when it is the point as a whole.</param>
/// <param name="Offset">Where in the backed-up file, in bytes; null when it is the point as a whole.</param>
/// <param name="Length">How many of its bytes; null when it is the point as a whole.</param>
/// <param name="Finding">What was found.</param>
public sealed record Damage(PointId Point, string FoundIn, string? Path, long? Offset, long? Length, string Finding);
