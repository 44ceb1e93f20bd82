using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Backups;

/// <summary>
/// What <c>cairn backup show</c> prints, and <c>cairn backup run</c> when it is done: one point, with all that it promises.
/// </summary>
internal static class BackupView
{
    /// <summary>The point with its nodes.</summary>
    public static IRenderable Show(Backup backup)
    {
        var point = backup.Summary;
        var size = point.Nodes.Sum(node => node.Bytes);
        var stored = point.Nodes.Sum(node => node.StoredBytes);
        var page = new Page()
            .Detail("point", Printable.Line(point.PointId))
            .Detail("cluster", $"{Printable.Line(point.Cluster)} ({Printable.OrDash(point.Engine)})")
            .Detail("kind", $"{Words.For(point.Kind)}, chain {Printable.Line(point.ChainId)}")
            .Detail("holds", point.Objects.Count == 0 ? "the whole cluster" : $"{Printable.List(point.Objects)} only")
            .Detail("label", Printable.OrDash(point.Label))
            .Detail("created", TimeText.Moment(point.Created))
            .Detail("state", PointState.Cell(point))
            // Each node's part is in that node's own repository and nowhere else.
            .Detail("copies", "1, same host")
            .Detail("record held by", Printable.List(backup.HeldBy))
            .Detail("size", $"{ByteText.Size(size)} in {ByteText.Count(point.Nodes.Sum(node => node.Files))} files, "
                + $"{ByteText.Size(stored)} stored, ratio {ByteText.Ratio(stored, size)}")
            .Detail("consistency", Printable.OrDash(point.Consistency))
            .Detail("skew", $"{TimeText.Span(TimeSpan.FromMilliseconds(point.SkewMs))} between the first and the last node's first captured byte");
        AddCoverage(page, backup.Record?.Coverage);
        AddCaveats(page, point);
        return page.Gap().Table(Nodes(backup)).ToView();
    }

    private static void AddCoverage(Page page, Coverage? coverage)
    {
        if (coverage is null)
        {
            return;
        }

        page.Detail("coverage", coverage.Whole
            ? new Cell("what is there makes the whole cluster again", Styles.Good)
            : new Cell("what is there does not make the whole cluster again", Styles.Attention));
        foreach (var finding in coverage.Findings)
        {
            page.Detail("", Printable.Line(finding));
        }
    }

    private static void AddCaveats(Page page, PointSummary point)
    {
        if (point.Caveats.Count == 0)
        {
            page.Detail("caveats", "none");
        }

        foreach (var caveat in point.Caveats)
        {
            page.Detail("caveat", new Cell(
                $"{Printable.Line(caveat.Name)}: {Printable.Line(caveat.Text)}", Styles.Attention));
            page.Detail("", $"(a restore needs --accept-caveat {Printable.Line(caveat.Name)})");
        }
    }

    private static PlainTable Nodes(Backup backup)
    {
        var captures = backup.Record?.Captures ?? [];
        var table = new PlainTable()
            .Text("node").Text("roles").Number("files").Number("size").Number("stored").Number("ratio")
            .Number("carried").Text("captured at").Number("took").Text("notes");
        foreach (var node in backup.Summary.Nodes)
        {
            var capture = captures.FirstOrDefault(candidate => candidate.Node == node.Node);
            table.Row(
                Printable.Line(node.Node),
                Printable.List(node.Roles),
                ByteText.Count(node.Files),
                ByteText.Size(node.Bytes),
                ByteText.Size(node.StoredBytes),
                ByteText.Ratio(node.StoredBytes, node.Bytes),
                ByteText.Size(node.CarriedBytes),
                TimeText.Precise(capture?.Started),
                TimeText.Span(TimeSpan.FromMilliseconds(node.CaptureMs)),
                Notes(node));
        }

        return table;
    }

    private static string Notes(PointNode node) => Printable.List(
    [
        .. node.HasMetadata ? ["cluster metadata"] : Array.Empty<string>(),
        .. node.FullInsideIncremental ? ["full, it had no base"] : Array.Empty<string>(),
    ]);
}
