using System.Globalization;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Google.Protobuf.Collections;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Nodes;

/// <summary>What <c>cairn node list</c> and <c>cairn node show</c> print.</summary>
internal static class NodeViews
{
    /// <summary>One row per node.</summary>
    public static IRenderable List(IReadOnlyCollection<Node> nodes)
    {
        if (nodes.Count == 0)
        {
            return new Page().Line("no agent has registered yet").ToView();
        }

        var table = new PlainTable()
            .Text("node").Text("state").Text("last heartbeat").Text("address").Text("agent").Text("clusters")
            .Text("instances");
        foreach (var node in nodes)
        {
            table.Row(
                Printable.Line(node.Name),
                new Cell(Printable.Line(node.State), Styles.ForNodeState(node.State)),
                TimeText.Moment(node.LastHeartbeat),
                Printable.OrDash(node.Address),
                Printable.OrDash(node.AgentVersion),
                Printable.List(node.Clusters),
                Printable.List(node.Description?.Instances.Select(i => $"{i.Name} ({i.Engine})") ?? []));
        }

        return table.ToView();
    }

    /// <summary>What a join token is good for; never the token.</summary>
    public static string TokenNote(string node, CreateJoinTokenResponse answer) =>
        $"good once, for node {Printable.Line(node)}, until {TimeText.Moment(answer.Expires)}; "
        + $"the authority's SHA-256 is {Printable.Line(answer.AuthorityFingerprint)}";

    /// <summary>That a node was revoked.</summary>
    public static IRenderable Revoked(string node, RevokeNodeResponse answer) => new Page()
        .Line($"node {Printable.Line(node)}: every certificate until {TimeText.Moment(answer.RevokedAt)} is refused, "
            + string.Create(CultureInfo.InvariantCulture, $"and {answer.VoidedTokens} unused join tokens are void"))
        .Line($"to take it back in: cairn node token {Printable.Line(node)}, then 'cairn-agent enrol' on its host")
        .ToView();

    /// <summary>One node as its agent described it last.</summary>
    public static IRenderable Show(Node node)
    {
        var page = new Page()
            .Detail("node", Printable.Line(node.Name))
            .Detail("state", new Cell(Printable.Line(node.State), Styles.ForNodeState(node.State)))
            .Detail("last heartbeat", TimeText.Moment(node.LastHeartbeat))
            .Detail("address", Printable.OrDash(node.Address))
            .Detail("agent", string.Create(
                CultureInfo.InvariantCulture,
                $"{Printable.OrDash(node.AgentVersion)}, protocol {node.ProtocolVersion}"))
            .Detail("clusters", Printable.List(node.Clusters));
        if (node.Description is not { } description)
        {
            return page.Gap().Line("the agent has not described itself yet").ToView();
        }

        AddRepository(page, description.Repository);
        foreach (var instance in description.Instances)
        {
            AddInstance(page, instance);
        }

        AddRemnants(page, description.Remnants);
        return page.ToView();
    }

    private static void AddRepository(Page page, RepositoryDescription? repository)
    {
        page.Gap();
        if (repository is null)
        {
            page.Detail("repository", "not described");
            return;
        }

        page.Detail("repository", Printable.OrDash(repository.Path))
            .Detail("id", Printable.OrDash(repository.RepositoryId))
            .Detail("points", ByteText.Count(repository.Points))
            .Detail("free", ByteText.Size(repository.FreeBytes));
        if (repository.Error is { } error)
        {
            page.Detail("problem", new Cell(FailureView.Sentence(error), Styles.Bad))
                .Detail("way out", Printable.OrDash(error.WayOut))
                .Detail("code", Printable.OrDash(error.Code));
        }
    }

    private static void AddInstance(Page page, InstanceDescription instance)
    {
        page.Gap()
            .Detail("instance", Printable.Line(instance.Name))
            .Detail("engine", $"{Printable.Line(instance.Engine)} {Printable.Line(instance.Version)}".TrimEnd())
            .Detail("roles", Printable.List(instance.Roles))
            .Detail("state", new Cell(
                Words.For(instance.RunState),
                instance.RunState == RunState.Running ? Styles.Good : Styles.Attention));
        foreach (var finding in instance.RunFindings)
        {
            page.Detail("", Printable.Line(finding));
        }

        foreach (var address in instance.Addresses)
        {
            page.Detail("address", $"{Printable.Line(address.Role)} {Printable.Line(address.Address)}");
        }

        foreach (var root in instance.Roots)
        {
            page.Detail("directory", $"{Printable.Line(root.Name)} {Printable.Line(root.Path)}");
        }

        page.Detail("can", Printable.List(instance.Capabilities))
            .Detail("captures", Printable.List(instance.CaptureSteps.Select(step => step.Name)));
    }

    private static void AddRemnants(Page page, RepeatedField<RestoreRemnant> remnants)
    {
        if (remnants.Count == 0)
        {
            return;
        }

        var table = new PlainTable().Text("restore").Text("point").Text("state").Number("old data");
        foreach (var remnant in remnants)
        {
            table.Row(
                Printable.Line(remnant.JobId),
                Printable.Line(remnant.PointId),
                Printable.Line(remnant.State),
                ByteText.Size(remnant.Bytes));
        }

        page.Gap().Line("restores whose old data are still beside", Styles.Heading).Table(table);
    }
}
