using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Google.Protobuf;
using Spectre.Console.Rendering;

namespace Cairn.Cli.CommandLine;

/// <summary>One run of a command: where it asks and where it prints.</summary>
internal sealed record Invocation(
    CoordinatorSession Coordinator, CliConsole Console, OutputFormat Format, TimeProvider Time)
{
    /// <summary>True when people read the output.</summary>
    public bool IsText => Format == OutputFormat.Text;

    /// <summary>Prints an answer: its view for people, the message itself for scripts.</summary>
    public void Print(IMessage message, Func<IRenderable> view)
    {
        if (IsText)
        {
            Console.Show(view());
        }
        else
        {
            Console.Line(JsonDocuments.Line(message));
        }
    }
}
