using System.Globalization;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Catalog;

/// <summary>What <c>cairn catalog rebuild</c> prints.</summary>
internal static class CatalogViews
{
    /// <summary>Every cluster, and what is missing.</summary>
    public static IRenderable Show(RebuildCatalogResponse rebuilt)
    {
        var page = new Page();
        if (rebuilt.Clusters.Count == 0)
        {
            page.Line("No cluster was found. Have the agents come to this coordinator first: cairn-agent adopt.", Styles.Attention);
        }

        foreach (var cluster in rebuilt.Clusters)
        {
            Add(page, cluster);
        }

        foreach (var damage in rebuilt.Damaged)
        {
            page.Line($"damaged: {Printable.Line(damage.Message)}", Styles.Bad);
        }

        return page.ToView();
    }

    private static void Add(Page page, RebuiltCluster rebuilt)
    {
        page.Line($"{Printable.Line(rebuilt.Cluster.Name)}{(rebuilt.Added ? ", which was not known" : "")}", Styles.Heading)
            .Detail("engine", Printable.Line(rebuilt.Cluster.Engine))
            .Detail("nodes", Printable.List(rebuilt.Cluster.Nodes))
            .Detail("points", string.Create(
                CultureInfo.InvariantCulture, $"{rebuilt.Points}, of which {rebuilt.PointsAdded} were not known"))
            .Detail("epoch", rebuilt.Cluster.Epoch.ToString(CultureInfo.InvariantCulture));
        if (rebuilt.DeletedPoints.Count > 0)
        {
            page.Detail("deleted points", Printable.List(rebuilt.DeletedPoints));
        }

        if (rebuilt.MissingNodes.Count > 0)
        {
            page.Detail("missing nodes", new Cell(
                $"{Printable.List(rebuilt.MissingNodes)}: have them come by 'cairn-agent adopt', and repeat this", Styles.Attention));
        }

        foreach (var beside in rebuilt.Restores)
        {
            page.Detail("beside", new Cell(
                $"{Printable.Line(beside.Node)}: restore {Printable.Line(beside.Restore.JobId)} is {Printable.Line(beside.Restore.State)}; 'cairn restore undo' or 'discard'",
                Styles.Attention));
        }

        page.Gap();
    }
}
