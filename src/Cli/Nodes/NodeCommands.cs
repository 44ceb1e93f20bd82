using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Nodes;

/// <summary><c>cairn node list|show</c></summary>
internal static class NodeCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("node", "database hosts and their agents")
    {
        List(host),
        Show(host),
    };

    private static Command List(CommandHost host) =>
        host.Command("list", "list the nodes", [], async (run, _, token) =>
        {
            var answer = await run.Coordinator.AskAsync(
                (client, options) => client.ListNodesAsync(new ListNodesRequest(), options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(answer, () => NodeViews.List(answer.Nodes));
            return ExitClass.Done;
        });

    private static Command Show(CommandHost host)
    {
        var name = new Argument<string>("node") { Description = "the node's name", HelpName = "NODE" };
        return host.Command("show", "show a node: its instances, repository and old data", [name], async (run, given, token) =>
        {
            var node = await run.Coordinator.AskAsync(
                (client, options) => client.GetNodeAsync(
                    new GetNodeRequest { Name = given.GetRequiredValue(name) }, options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(node, () => NodeViews.Show(node));
            return ExitClass.Done;
        });
    }
}
