using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Nodes;

/// <summary><c>cairn node list|show|token|revoke</c></summary>
internal static class NodeCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("node", "database hosts and their agents")
    {
        List(host),
        Show(host),
        Token(host),
        Revoke(host),
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

    private static Command Token(CommandHost host)
    {
        var name = Name();
        var ttl = new Option<TimeSpan>("--ttl")
        {
            Description = "how long it is good: 30m, 1h (the default), 7d",
            HelpName = "TIME",
            DefaultValueFactory = _ => TimeSpan.FromHours(1),
            CustomParser = Duration.Parse,
        };
        var file = new Option<string?>("--out")
        {
            Description = "write it to a new file, readable by you only, instead of printing it",
            HelpName = "FILE",
        };
        return host.Command(
            "token", "make a join token, with which a host becomes the node's agent once", [name, ttl, file],
            async (run, given, token) =>
            {
                var node = given.GetRequiredValue(name);
                var path = given.GetValue(file);
                if (path is not null)
                {
                    NewSecretFile.RequireAbsent(path);
                }

                var answer = await run.Coordinator.CallAsync(
                    options => run.Coordinator.Identity.CreateJoinTokenAsync(
                        new CreateJoinTokenRequest
                        {
                            Node = node,
                            TtlSeconds = (long)given.GetValue(ttl).TotalSeconds,
                        },
                        options),
                    CoordinatorSession.QuestionLimit,
                    token);
                if (path is not null)
                {
                    NewSecretFile.Write(path, answer.Token + "\n");
                    answer.Token = "";
                }

                if (path is null && run.IsText)
                {
                    // The token alone on standard output, so that it can go straight into a file or to another host.
                    run.Console.Line(answer.Token);
                    run.Console.ErrorLine(NodeViews.TokenNote(node, answer));
                }
                else
                {
                    run.Print(answer, () => new Page().Line($"written to {path}; {NodeViews.TokenNote(node, answer)}").ToView());
                }

                return ExitClass.Done;
            });
    }

    private static Command Revoke(CommandHost host)
    {
        var name = Name();
        return host.Command(
            "revoke", "refuse a node's certificates and join tokens from now on", [name],
            async (run, given, token) =>
            {
                var node = given.GetRequiredValue(name);
                var answer = await run.Coordinator.CallAsync(
                    options => run.Coordinator.Identity.RevokeNodeAsync(new RevokeNodeRequest { Node = node }, options),
                    CoordinatorSession.QuestionLimit,
                    token);
                run.Print(answer, () => NodeViews.Revoked(node, answer));
                return ExitClass.Done;
            });
    }

    private static Argument<string> Name() => new("node") { Description = "the node's name", HelpName = "NODE" };

    private static Command Show(CommandHost host)
    {
        var name = Name();
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
