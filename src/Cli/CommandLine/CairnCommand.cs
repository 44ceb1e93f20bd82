using System.CommandLine;
using System.CommandLine.Help;
using Cairn.Cli.Audit;
using Cairn.Cli.Authority;
using Cairn.Cli.Backups;
using Cairn.Cli.Catalog;
using Cairn.Cli.Clusters;
using Cairn.Cli.Connecting;
using Cairn.Cli.Failures;
using Cairn.Cli.Jobs;
using Cairn.Cli.Nodes;
using Cairn.Cli.Restores;
using Cairn.Cli.Terminal;
using Cairn.Cli.Users;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.CommandLine;

/// <summary>The tree of commands, and the run of one command line from its words to its exit code.</summary>
internal static class CairnCommand
{
    /// <summary>Runs one command line.</summary>
    /// <param name="words">What follows the program's name.</param>
    /// <param name="console">Where it reads and prints.</param>
    /// <param name="time">The clock.</param>
    /// <param name="environment">What the environment says about coordinator and credentials.</param>
    /// <param name="cancellationToken">Ends it as an interrupt does.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> words,
        CliConsole console,
        TimeProvider time,
        CliEnvironment environment,
        CancellationToken cancellationToken)
    {
        var host = new CommandHost(console, time, environment);
        var parsed = Make(host).Parse(words);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpPrinter)
        {
            return RefuseUsage(console, host.FormatOf(parsed), parsed);
        }

        var settings = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = console.Output.Profile.Out.Writer,
            Error = console.Error.Profile.Out.Writer,
        };
        return await parsed.InvokeAsync(settings, cancellationToken);
    }

    /// <summary>The whole tree.</summary>
    public static RootCommand Make(CommandHost host)
    {
        var root = new RootCommand("back up and restore database clusters")
        {
            ClusterCommands.Make(host),
            NodeCommands.Make(host),
            BackupCommands.Make(host),
            RestoreCommands.Make(host),
            JobCommands.Make(host),
            AuthorityCommands.Make(host),
            UserCommands.Make(host),
            WhoAmICommand.Make(host),
            AuditCommands.Make(host),
            CatalogCommands.Make(host),
        };
        root.Add(host.Coordinator);
        root.Add(host.Credentials);
        root.Add(host.Insecure);
        root.Add(host.Output);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Description = "show this";
        help.Action = new HelpPrinter(host.Console);
        root.Options.OfType<VersionOption>().Single().Description = "show the version";
        return root;
    }

    private static int RefuseUsage(CliConsole console, OutputFormat format, ParseResult parsed)
    {
        var command = HelpView.FullName(parsed.CommandResult.Command);
        var error = new ErrorDetail
        {
            Code = ErrorCode.InvalidRequest.WireName(),
            Message = Problem(parsed),
            WayOut = $"'{command} --help' tells how",
        };
        FailureView.Print(console, format, error, ExitClass.Usage);
        return (int)ExitClass.Usage;
    }

    // Above a command, the parser's own words are about a "required command" even when there was a word, but a wrong one.
    private static string Problem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count == 0)
        {
            return string.Join("; ", parsed.Errors.Select(problem => problem.Message.TrimEnd('.')));
        }

        return parsed.UnmatchedTokens.Count == 0
            ? "a command is missing"
            : $"'{parsed.UnmatchedTokens[0]}' is not a command of '{HelpView.FullName(command)}'";
    }
}
