using System.Text.Json;

namespace Cairn.TestKit.Processes;

/// <summary>How a run of <c>cairn</c> ended and what it printed.</summary>
/// <param name="ExitCode">As docs/cli.md lists them.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The JSON documents on standard output, one per line.</summary>
    public IReadOnlyList<JsonElement> Documents =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>The last document: for a job, as it ended.</summary>
    public JsonElement Last => Documents[^1];

    /// <summary>The failure that was printed with <c>-o json</c>.</summary>
    public CliFailure Failure
    {
        get
        {
            var line = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(text => text.StartsWith('{'))
                ?? throw new InvalidOperationException($"no failure was printed: {this}");
            var error = JsonDocument.Parse(line).RootElement.GetProperty("error");
            string Field(string name) => error.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
            return new CliFailure(Field("code"), Field("message"), Field("wayOut"), Field("node"), Field("object"));
        }
    }

    /// <summary>Itself, when the run ended with 0.</summary>
    /// <exception cref="InvalidOperationException">It did not; says what was printed.</exception>
    public CliResult Done() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    /// <inheritdoc/>
    public override string ToString() => $"cairn ended with {ExitCode}\n{Output}\n{Error}";
}
