using System.CommandLine;
using System.CommandLine.Help;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.TestKit;

namespace Cairn.Cli.Tests.CommandLine;

/// <summary>docs/cli.md is what people look things up in: it has to have everything that the program has.</summary>
public sealed class CommandPageTests
{
    private static readonly string Page = File.ReadAllText(Checkout.PathOf("docs/cli.md"));

    [Fact]
    public void Every_command_is_in_the_pages_overview_and_in_its_table_of_JSON_documents()
    {
        var overview = Page.Split("```")[1].Split('\n');
        var table = Page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();

        var missing = Leaves(Root(), "").Where(leaf =>
            !overview.Any(line => IsNamed(line, leaf.Name)) || !table.Any(line => line.Contains($"`{leaf.Name}", StringComparison.Ordinal)));

        Assert.Empty(missing.Select(leaf => leaf.Name));
    }

    [Fact]
    public void Every_option_is_explained()
    {
        var missing =
            from leaf in Leaves(Root(), "").Append(("cairn", Root()))
            from option in leaf.Item2.Options
            where option is not HelpOption && !option.Hidden && !Page.Contains($"{option.Name}", StringComparison.Ordinal)
            select $"{leaf.Item1} {option.Name}";

        Assert.Empty(missing);
    }

    // "backup  run [CLUSTER] | list [CLUSTER] …", or the whole name.
    private static bool IsNamed(string line, string name)
    {
        var words = line.Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries);
        var path = name.Split(' ');
        return words.Length > 0 && words[0] == path[0] && (path.Length == 1 || words.Contains(path[1]));
    }

    private static IEnumerable<(string Name, Command Command)> Leaves(Command command, string above)
    {
        foreach (var child in command.Subcommands.Where(child => !child.Hidden))
        {
            var name = above.Length == 0 ? child.Name : $"{above} {child.Name}";
            if (child.Subcommands.Count == 0)
            {
                yield return (name, child);
            }

            foreach (var leaf in Leaves(child, name))
            {
                yield return leaf;
            }
        }
    }

    private static RootCommand Root() => CairnCommand.Make(new CommandHost(
        CliConsole.Over(TextWriter.Null, TextWriter.Null, TextReader.Null, terminal: false, colour: false, width: 80),
        TimeProvider.System,
        new CliEnvironment(Coordinator: null, Credentials: null, StandardCredentials: null)));
}
