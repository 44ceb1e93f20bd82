using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Failures;

/// <summary>
/// The command line's edge for failures: what is printed on standard error, and how the process ends.
/// The table of codes is docs/errors.md.
/// </summary>
internal static class FailureView
{
    /// <summary>
    /// Three lines: <c>cairn: n1: what was found</c>, <c>  way out: …</c>, <c>  code: …</c>. The node is not repeated when the
    /// sentence already begins with it.
    /// </summary>
    public static IEnumerable<string> Lines(ErrorDetail error)
    {
        yield return $"cairn: {Sentence(error)}";
        if (error.WayOut.Length > 0)
        {
            yield return $"  way out: {Printable.Line(error.WayOut)}";
        }

        yield return $"  code: {Printable.OrDash(error.Code)}";
    }

    /// <summary>What was found, behind the node it was found on.</summary>
    public static string Sentence(ErrorDetail error) => OnNode(error.Node, Printable.OrDash(error.Message));

    /// <summary>A printable sentence behind the node that it is about; many name it already.</summary>
    public static string OnNode(string node, string sentence) =>
        node.Length == 0 || sentence.StartsWith($"{node}: ", StringComparison.Ordinal)
            ? sentence
            : $"{Printable.Line(node)}: {sentence}";

    /// <summary>Prints a failure on standard error in the format that the command was asked for.</summary>
    public static void Print(CliConsole console, OutputFormat format, ErrorDetail error, ExitClass exit)
    {
        if (format == OutputFormat.Json)
        {
            console.ErrorLine(JsonDocuments.Failure(error, (int)exit));
            return;
        }

        foreach (var line in Lines(error))
        {
            console.ErrorLine(line);
        }
    }

    /// <summary>How a failure that came as a message ends the process.</summary>
    public static ExitClass ExitOf(ErrorDetail error) => ErrorCodes.Parse(error.Code).ExitClass();
}
