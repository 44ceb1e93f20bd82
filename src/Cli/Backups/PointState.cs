using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary>Whether a point holds all of its cluster's nodes.</summary>
internal static class PointState
{
    /// <summary><c>complete</c>, or <c>partial, without n3</c>.</summary>
    public static Cell Cell(PointSummary point) => point.Partial
        ? new Cell($"partial, without {Printable.List(point.MissingNodes)}", Styles.Attention)
        : new Cell("complete", Styles.Good);
}
