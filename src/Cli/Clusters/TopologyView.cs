using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Clusters;

/// <summary>What <c>cairn cluster topology</c> prints: nodes, members, partitions, and what stands in the way.</summary>
internal static class TopologyView
{
    // More than fits a screen; from there on a row per owner says more.
    private const int MaxPartitionRows = 40;

    /// <summary>The whole topology.</summary>
    public static IRenderable Show(Topology topology)
    {
        var page = new Page()
            .Detail("cluster", $"{Printable.Line(topology.Cluster.Name)} ({Printable.Line(topology.Cluster.Engine)})")
            .Detail("databases", Printable.List(topology.Objects))
            .Detail("fingerprint", Printable.OrDash(topology.Fingerprint))
            .Gap()
            .Table(Nodes(topology));
        AddFacts(page, topology);
        AddMembers(page, topology);
        AddPartitions(page, topology);
        AddProblems(page, topology);
        return page.ToView();
    }

    private static PlainTable Nodes(Topology topology)
    {
        var table = new PlainTable()
            .Text("node").Text("instance").Text("state").Text("version").Text("addresses").Number("clock");
        foreach (var node in topology.Nodes)
        {
            if (!node.Reachable || node.Description is null)
            {
                table.Row(Printable.Line(node.Node), "-", new Cell("unreachable", Styles.Bad), "-", "-", "-");
                continue;
            }

            var offset = (node.ClockOffsetMs > 0 ? "+" : "") + TimeText.Span(TimeSpan.FromMilliseconds(node.ClockOffsetMs));
            if (node.Description.Instances.Count == 0)
            {
                table.Row(Printable.Line(node.Node), "-", new Cell("no instance", Styles.Attention), "-", "-", offset);
            }

            foreach (var instance in node.Description.Instances)
            {
                table.Row(
                    Printable.Line(node.Node),
                    Printable.Line(instance.Name),
                    new Cell(
                        Words.For(instance.RunState),
                        instance.RunState == RunState.Running ? Styles.Good : Styles.Attention),
                    Printable.OrDash(instance.Version),
                    Printable.List(instance.Addresses.Select(address => $"{address.Role} {address.Address}")),
                    offset);
            }
        }

        return table;
    }

    private static void AddFacts(Page page, Topology topology)
    {
        var table = new PlainTable().Text("node").Text("instance").Text("what").Text("is");
        var any = false;
        foreach (var node in topology.Nodes.Where(node => node.Description is not null))
        {
            foreach (var (instance, fact) in node.Description.Instances.SelectMany(instance => instance.Facts.Select(fact => (instance, fact))))
            {
                any = true;
                table.Row(Printable.Line(node.Node), Printable.Line(instance.Name), Printable.Line(fact.Name), Printable.OrDash(fact.Value));
            }
        }

        if (any)
        {
            page.Gap().Table(table);
        }
    }

    private static void AddMembers(Page page, Topology topology)
    {
        if (topology.Members.Count == 0)
        {
            return;
        }

        var table = new PlainTable().Text("role").Text("address").Text("id").Text("state").Text("leads").Text("seen in");
        foreach (var member in topology.Members)
        {
            table.Row(
                Printable.Line(member.Role),
                Printable.Line(member.Address),
                Printable.OrDash(member.Id),
                member.Alive ? new Cell("alive", Styles.Good) : new Cell("dead", Styles.Bad),
                member.Leader ? new Cell("leader", Styles.Good) : "-",
                Printable.OrDash(member.Source));
        }

        page.Gap().Table(table);
    }

    private static void AddPartitions(Page page, Topology topology)
    {
        if (topology.Partitions.Count == 0)
        {
            return;
        }

        page.Gap();
        if (topology.Partitions.Count > MaxPartitionRows)
        {
            var owners = new PlainTable().Text("owner").Number("partitions").Number("leads");
            foreach (var group in topology.Partitions.GroupBy(partition => partition.OwnerAddress))
            {
                owners.Row(
                    Printable.OrDash(group.Key),
                    ByteText.Count(group.Count()),
                    ByteText.Count(group.Count(partition => partition.ReplicaLeader)));
            }

            page.Table(owners).Line(
                $"{ByteText.Count(topology.Partitions.Count)} partitions; '-o json' lists them one by one");
            return;
        }

        var table = new PlainTable()
            .Text("database").Number("partition").Text("owner").Text("replica group").Text("copy");
        foreach (var partition in topology.Partitions)
        {
            table.Row(
                Printable.OrDash(partition.Object),
                Printable.OrDash(partition.PartitionId),
                Printable.OrDash(partition.OwnerAddress),
                Printable.OrDash(partition.ReplicaGroup),
                partition.ReplicaGroup.Length == 0 ? "only" : partition.ReplicaLeader ? "leader" : "follower");
        }

        page.Table(table);
    }

    private static void AddProblems(Page page, Topology topology)
    {
        page.Gap();
        if (topology.Problems.Count == 0)
        {
            page.Line("nothing stands in the way of a backup", Styles.Good);
            return;
        }

        page.Line("in the way of a backup:", Styles.Bad);
        foreach (var problem in topology.Problems)
        {
            page.Indented(2, FailureView.Sentence(problem))
                .Indented(4, $"way out: {Printable.OrDash(problem.WayOut)}")
                .Indented(4, $"code: {Printable.OrDash(problem.Code)}");
        }
    }
}
