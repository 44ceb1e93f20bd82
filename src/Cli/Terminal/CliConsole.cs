using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Terminal;

/// <summary>
/// Where the command line reads and writes. Colours, cursor movements and questions happen on a terminal only.
/// </summary>
internal sealed class CliConsole
{
    // Wide enough that no table folds in a pipe: there, one row is one line.
    private const int PipeWidth = 4096;

    private readonly TextReader input;

    private CliConsole(IAnsiConsole output, IAnsiConsole error, TextReader input, bool isTerminal, bool canAsk)
    {
        Output = output;
        Error = error;
        IsTerminal = isTerminal;
        CanAsk = canAsk;
        this.input = input;
    }

    /// <summary>Standard output: what was asked for.</summary>
    public IAnsiConsole Output { get; }

    /// <summary>Standard error: failures and notices.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>True when standard output is a terminal that can redraw lines.</summary>
    public bool IsTerminal { get; }

    /// <summary>True when a person can be asked: standard input and output are both terminals.</summary>
    public bool CanAsk { get; }

    /// <summary>The process's own streams.</summary>
    public static CliConsole OfProcess()
    {
        var colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var redraw = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new CliConsole(
            Make(Console.Out, terminal: redraw, colour, WidthOf(redraw)),
            Make(Console.Error, !Console.IsErrorRedirected, colour, WidthOf(!Console.IsErrorRedirected)),
            Console.In,
            redraw,
            canAsk: !Console.IsInputRedirected && !Console.IsOutputRedirected);
    }

    /// <summary>Given streams; with <paramref name="width"/> columns when they stand for a terminal.</summary>
    public static CliConsole Over(
        TextWriter output, TextWriter error, TextReader input, bool terminal, bool colour, int width) => new(
            Make(output, terminal, colour, terminal ? width : PipeWidth),
            Make(error, terminal, colour, terminal ? width : PipeWidth),
            input,
            terminal,
            canAsk: terminal);

    /// <summary>Prints one line as it is, never folded: a line of text, or a JSON document.</summary>
    public void Line(string text)
    {
        Output.Profile.Out.Writer.Write(text);
        Output.Profile.Out.Writer.Write('\n');
    }

    /// <summary>Prints one line on standard error.</summary>
    public void ErrorLine(string text)
    {
        Error.Profile.Out.Writer.Write(text);
        Error.Profile.Out.Writer.Write('\n');
    }

    /// <summary>Prints a view, and ends its last line.</summary>
    public void Show(IRenderable view)
    {
        if (IsTerminal)
        {
            Output.Write(view);
            return;
        }

        // Tables fill every row up to their width; in a pipe those blanks would only be in the way.
        using var text = new StringWriter();
        Make(text, terminal: false, colour: false, PipeWidth).Write(view);
        var lines = text.ToString().Split('\n').Select(line => line.TrimEnd());
        Output.Profile.Out.Writer.Write(string.Join('\n', lines));
    }

    /// <summary>Asks for one line; null at the end of the input.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancellationToken)
    {
        Output.Profile.Out.Writer.Write(question);
        await Output.Profile.Out.Writer.FlushAsync(cancellationToken);
        return await input.ReadLineAsync(cancellationToken);
    }

    private static int WidthOf(bool terminal) =>
        terminal && Console.WindowWidth > 0 ? Console.WindowWidth : PipeWidth;

    private static IAnsiConsole Make(TextWriter writer, bool terminal, bool colour, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal && colour ? ColorSystemSupport.EightBit : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        return console;
    }
}
