using System.CommandLine;

namespace Cairn.Cli.CommandLine;

/// <summary><c>--objects</c>: names of objects with wildcards, several with commas between or by repeating it.</summary>
internal sealed class ObjectsOption(string description)
{
    /// <summary>What to add to the command.</summary>
    public Option<string[]> Symbol { get; } = new("--objects", "--object")
    {
        Description = description,
        HelpName = "PATTERN,…",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The patterns; none when it was not given.</summary>
    public IEnumerable<string> Read(ParseResult given) => given.GetRequiredValue(Symbol).SelectMany(patterns => patterns.Split(',', StringSplitOptions.TrimEntries));
}
