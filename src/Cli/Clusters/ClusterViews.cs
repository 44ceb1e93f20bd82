using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Clusters;

/// <summary>What <c>cairn cluster list</c>, <c>add</c> and <c>show</c> print.</summary>
internal static class ClusterViews
{
    /// <summary>One row per cluster.</summary>
    public static IRenderable List(IReadOnlyCollection<Cluster> clusters)
    {
        if (clusters.Count == 0)
        {
            return new Page().Line("no clusters yet; 'cairn cluster add' makes one").ToView();
        }

        var table = new PlainTable().Text("cluster").Text("engine").Text("nodes").Text("lock");
        foreach (var cluster in clusters)
        {
            table.Row(
                Printable.Line(cluster.Name),
                Printable.Line(cluster.Engine),
                Printable.List(cluster.Nodes),
                Lock(cluster));
        }

        return table.ToView();
    }

    /// <summary>One cluster and how its nodes are.</summary>
    public static IRenderable Show(Cluster cluster, IEnumerable<Node> nodes)
    {
        var known = nodes.ToDictionary(node => node.Name);
        var table = new PlainTable().Text("node").Text("state").Text("last heartbeat").Text("address").Text("agent");
        foreach (var name in cluster.Nodes)
        {
            var node = known.GetValueOrDefault(name) ?? new Node { Name = name, State = "never seen" };
            table.Row(
                Printable.Line(name),
                new Cell(Printable.Line(node.State), Styles.ForNodeState(node.State)),
                TimeText.Moment(node.LastHeartbeat),
                Printable.OrDash(node.Address),
                Printable.OrDash(node.AgentVersion));
        }

        return new Page()
            .Detail("cluster", Printable.Line(cluster.Name))
            .Detail("engine", Printable.Line(cluster.Engine))
            .Detail("lock", Lock(cluster))
            .Detail("on node failure", cluster.OnNodeFailure == NodeFailurePolicy.Partial ? "partial" : "abort")
            .Detail("epoch", cluster.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Gap()
            .Table(table)
            .ToView();
    }

    private static Cell Lock(Cluster cluster) => cluster switch
    {
        { Maintenance: { } kept } => new Cell(
            $"maintenance since {TimeText.Moment(kept.Since)}, lock {Printable.Line(kept.LockId)}: {Printable.Line(kept.Reason)}",
            Styles.Attention),
        { Holders.Count: > 1 } => new Cell(
            "held by " + string.Join(" and ", cluster.Holders.Select(holder => $"{Printable.Line(holder.Kind)} job {Printable.Line(holder.JobId)}")),
            Styles.Attention),
        { LockedByJob.Length: > 0 } => new Cell($"held by job {Printable.Line(cluster.LockedByJob)}", Styles.Attention),
        _ => "free",
    };
}
