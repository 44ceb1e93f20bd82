using System.CommandLine;
using System.CommandLine.Invocation;
using Cairn.Cli.Terminal;

namespace Cairn.Cli.CommandLine;

/// <summary>What <c>--help</c> does.</summary>
internal sealed class HelpPrinter(CliConsole console) : SynchronousCommandLineAction
{
    /// <summary>Help is given also for a command line that is not complete.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        console.Output.Profile.Out.Writer.Write(HelpView.Show(parseResult.CommandResult.Command));
        return 0;
    }
}
