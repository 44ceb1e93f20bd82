using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;

namespace Cairn.Cli.Tests.Scripted;

/// <summary>One command line, run to its end in this process.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output.</summary>
    public string[] OutputLines => Output.TrimEnd('\n').Split('\n');

    /// <summary>Runs <paramref name="words"/> in a pipe, or on a terminal on which <paramref name="typed"/> is typed.</summary>
    public static async Task<CommandRun> OfAsync(
        string coordinator, string[] words, string? typed = null, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var input = new StringReader(typed ?? "");
        var console = CliConsole.Over(output, error, input, terminal: typed is not null, colour: false, width: 120);
        var environment = new CliEnvironment(coordinator, Credentials: null, StandardCredentials: null);
        var exit = await CairnCommand.RunAsync(
            [.. words, "--insecure"], console, TimeProvider.System, environment, cancellationToken);
        return new CommandRun(exit, output.ToString(), error.ToString());
    }
}
