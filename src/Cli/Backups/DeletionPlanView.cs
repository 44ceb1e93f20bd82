using System.Globalization;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Backups;

/// <summary>What <c>cairn backup delete</c> prints first: what goes, and what that frees, node by node.</summary>
internal static class DeletionPlanView
{
    /// <summary>The plan.</summary>
    public static IRenderable Show(DeletionPlan plan)
    {
        var point = plan.Point ?? new PointSummary();
        var page = new Page()
            .Detail("point", Printable.Line(point.PointId))
            .Detail("cluster", Printable.Line(plan.Cluster))
            .Detail("kind", $"{Words.For(point.Kind)}, chain {Printable.Line(point.ChainId)}")
            .Detail("label", Printable.OrDash(point.Label))
            .Detail("created", TimeText.Moment(point.Created))
            .Detail("frees", $"{ByteText.Size(plan.BytesFreed)} ({plan.BytesFreed.ToString(CultureInfo.InvariantCulture)} bytes)")
            .Detail("plan", Printable.Line(plan.PlanHash));
        var table = new PlainTable().Text("node").Number("frees").Number("packs").Number("packs kept").Text("notes");
        foreach (var node in plan.Nodes)
        {
            table.Row(
                Printable.Line(node.Node),
                node.Deletion is { } freed ? ByteText.Size(freed.BytesFreed) : "-",
                node.Deletion is { } gone ? ByteText.Count(gone.PacksDeleted) : "-",
                node.Deletion is { } kept ? ByteText.Count(kept.PacksKept) : "-",
                Notes(node));
        }

        return page.Gap().Table(table).ToView();
    }

    private static string Notes(NodeDeletion node) => node switch
    {
        { Error: { } error } => $"told when it is back: {FailureView.Sentence(error)}",
        { Deletion.Held: false } => "has nothing of it; gets a tombstone",
        { Deletion.ChainDeleted: true } => "the last point of its chain, which goes",
        _ => "packs that other points name stay",
    };
}
