namespace Cairn.Repository;

/// <summary>One path in which two points differ.</summary>
/// <param name="Kind">How.</param>
/// <param name="Path">The path.</param>
/// <param name="SizeBefore">Bytes in the earlier point; null when it is not in it.</param>
/// <param name="Size">Bytes in the later point; null when it is not in it.</param>
public sealed record PointDifference(DifferenceKind Kind, string Path, long? SizeBefore, long? Size);
