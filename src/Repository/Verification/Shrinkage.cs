namespace Cairn.Repository;

/// <summary>A point that is much smaller than the one before it: no damage of the repository, but perhaps one of what was backed up.</summary>
/// <param name="Predecessor">The cluster's point before it on this node.</param>
/// <param name="FilesBefore">Files of that point.</param>
/// <param name="Files">Files of this one.</param>
/// <param name="BytesBefore">Plain bytes of that point.</param>
/// <param name="Bytes">Plain bytes of this one.</param>
public sealed record Shrinkage(PointId Predecessor, long FilesBefore, long Files, long BytesBefore, long Bytes)
{
    /// <summary>Null when the point has not shrunk by more than that share.</summary>
    internal static Shrinkage? Find(IReadOnlyList<PointSummary> points, PointId point, double maxShare)
    {
        var own = points.FirstOrDefault(p => p.Point == point);
        var before = own?.Record is null ? null : points.LastOrDefault(p => p.Point.CompareTo(point) < 0 && p.Record?.Cluster == own.Record.Cluster && p.Manifest is not null);
        if (own?.Manifest is not { } now || before?.Manifest is not { } then)
        {
            return null;
        }

        return HasShrunk(then.Files, now.Files, maxShare) || HasShrunk(then.Bytes, now.Bytes, maxShare)
            ? new Shrinkage(before.Point, then.Files, now.Files, then.Bytes, now.Bytes)
            : null;
    }

    private static bool HasShrunk(long before, long now, double maxShare) => before - now > before * maxShare;
}
