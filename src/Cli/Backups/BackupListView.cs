using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Google.Protobuf.Collections;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Backups;

/// <summary>What <c>cairn backup list</c> prints: a row per point, the damaged ones by name, and who could not be asked.</summary>
internal static class BackupListView
{
    /// <summary>The points of one cluster.</summary>
    public static IRenderable Show(ListBackupsResponse answer)
    {
        var page = new Page();
        if (answer.Points.Count == 0 && answer.Unreachable.Count > 0)
        {
            page.Line("no backup points are known without the nodes that could not be asked");
        }
        else if (answer.Points.Count == 0)
        {
            page.Line("no backup points yet; 'cairn backup run' makes one");
        }
        else
        {
            page.Table(Points(answer));
        }

        List(page, "damaged:", answer.Damaged);
        List(page, "could not be asked:", answer.Unreachable);
        return page.ToView();
    }

    private static void List(Page page, string heading, RepeatedField<ErrorDetail> problems)
    {
        if (problems.Count > 0)
        {
            page.Gap().Line(heading, Styles.Bad);
        }

        foreach (var problem in problems)
        {
            page.Indented(2, FailureView.Sentence(problem))
                .Indented(4, $"way out: {Printable.OrDash(problem.WayOut)}");
        }
    }

    private static PlainTable Points(ListBackupsResponse answer)
    {
        var table = new PlainTable()
            .Text("point").Text("kind").Text("holds").Text("created").Number("files").Number("size").Number("stored").Number("ratio")
            .Text("state").Text("caveats").Text("label");
        foreach (var point in answer.Points)
        {
            var size = point.Nodes.Sum(node => node.Bytes);
            var stored = point.Nodes.Sum(node => node.StoredBytes);
            table.Row(
                Printable.Line(point.PointId),
                Words.For(point.Kind),
                point.Objects.Count == 0 ? "all" : Printable.List(point.Objects),
                TimeText.Moment(point.Created),
                ByteText.Count(point.Nodes.Sum(node => node.Files)),
                ByteText.Size(size),
                ByteText.Size(stored),
                ByteText.Ratio(stored, size),
                PointState.Cell(point),
                Printable.List(point.Caveats.Select(caveat => caveat.Name)),
                Printable.OrDash(point.Label));
        }

        return table;
    }
}
