namespace Cairn.Repository;

/// <summary>A point that was deleted on this node.</summary>
public sealed record DeletedPoint(PointId Point, DateTimeOffset Deleted);
