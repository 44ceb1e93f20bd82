namespace Cairn.Repository;

/// <summary>A point that is much smaller than the one before it: no damage of the repository, but perhaps one of what was backed up.</summary>
/// <param name="Predecessor">The cluster's last point before it on this node that covers the same.</param>
/// <param name="FilesBefore">Files of that point.</param>
/// <param name="Files">Files of this one.</param>
/// <param name="BytesBefore">Plain bytes of that point.</param>
/// <param name="Bytes">Plain bytes of this one.</param>
public sealed record Shrinkage(PointId Predecessor, long FilesBefore, long Files, long BytesBefore, long Bytes)
{
    /// <summary>Null when the point has not shrunk by more than that share.</summary>
    internal static Shrinkage? Find(IReadOnlyList<PointSummary> points, PointId point, VerifyOptions options)
    {
        if (points.FirstOrDefault(p => p.Point == point) is not { Record: { } record, Manifest: { } now })
        {
            return null;
        }

        var before = points.LastOrDefault(p =>
            p.Point.CompareTo(point) < 0 && p is { Record: { } other, Manifest: not null } && other.Cluster == record.Cluster && options.CoverSame(record, other));
        return before?.Manifest is { } then && (HasShrunk(then.Files, now.Files, options.MaxShrinkage) || HasShrunk(then.Bytes, now.Bytes, options.MaxShrinkage))
            ? new Shrinkage(before.Point, then.Files, now.Files, then.Bytes, now.Bytes)
            : null;
    }

    private static bool HasShrunk(long before, long now, double maxShare) => before - now > before * maxShare;
}
