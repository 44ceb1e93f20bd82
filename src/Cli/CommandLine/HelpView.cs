using System.CommandLine;
using System.Text;

namespace Cairn.Cli.CommandLine;

/// <summary>The help of a command as text: usage, operands, options, commands below it, and for the root the exit codes.</summary>
internal static class HelpView
{
    private const string ExitCodes = """
        Exit codes
          0    done
          1    failed: the work was begun and did not succeed
          2    usage: the command line is wrong, or a confirmation is missing
          3    refused: a precondition does not hold; nothing was touched
          4    partial: done in part, as allowed; what lacks is named
          5    unreachable: the coordinator or an agent did not answer
          130  interrupted; a job that was begun goes on

        """;

    /// <summary>The help of <paramref name="command"/>.</summary>
    public static string Show(Command command)
    {
        var text = new StringBuilder();
        text.Append(FullName(command)).Append(": ").Append(command.Description)
            .Append("\n\nUsage\n  ").Append(Usage(command)).Append('\n');
        Section(text, "Operands", command.Arguments.Select(a => (a.HelpName ?? a.Name, a.Description ?? "")));
        Section(text, "Commands", Leaves(command).Select(leaf => (Path(leaf, command), leaf.Description ?? "")));
        Section(text, "Options", command.Options.Where(option => !option.Hidden).Select(Row));
        Section(text, "Options of every command", Inherited(command).Select(Row));
        if (command is RootCommand)
        {
            text.Append('\n').Append(ExitCodes);
        }

        return text.ToString();
    }

    private static string Usage(Command command)
    {
        var words = new List<string> { FullName(command) };
        words.AddRange(command.Subcommands.Count > 0 ? ["COMMAND"] : []);
        words.AddRange(command.Arguments.Select(argument => argument.HelpName ?? argument.Name));
        words.AddRange(command.Options
            .Where(option => option.Required)
            .Select(option => $"{option.Name} {option.HelpName}"));
        words.Add("[OPTIONS]");
        return string.Join(' ', words);
    }

    private static void Section(StringBuilder text, string title, IEnumerable<(string Name, string Meaning)> rows)
    {
        var list = rows.ToList();
        if (list.Count == 0)
        {
            return;
        }

        var width = list.Max(row => row.Name.Length);
        text.Append('\n').Append(title).Append('\n');
        foreach (var (name, meaning) in list)
        {
            text.Append("  ").Append(name.PadRight(width)).Append("  ").Append(meaning).Append('\n');
        }
    }

    private static (string Name, string Meaning) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Prepend(option.Name));
        var value = option.HelpName is null ? "" : $" {option.HelpName}";
        return (names + value, option.Description ?? "");
    }

    private static IEnumerable<Option> Inherited(Command command) => command is RootCommand
        ? []
        : Ancestors(command).SelectMany(parent => parent.Options).Where(option => option.Recursive);

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.SelectMany(
        child => child.Subcommands.Count == 0 ? [child] : Leaves(child));

    /// <summary>The words that call a command, e.g. <c>cairn backup run</c>.</summary>
    public static string FullName(Command command) =>
        string.Join(' ', Ancestors(command).Reverse().Append(command).Select(Name));

    private static string Path(Command leaf, Command below)
    {
        var words = Ancestors(leaf).TakeWhile(parent => parent != below).Reverse().Append(leaf).Select(Name);
        return string.Join(' ', words.Concat(leaf.Arguments.Select(argument => argument.HelpName ?? argument.Name)));
    }

    // The root is named after the running assembly, which under a test is not ours.
    private static string Name(Command command) => command is RootCommand ? "cairn" : command.Name;

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault();
            parent is not null;
            parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return parent;
        }
    }
}
