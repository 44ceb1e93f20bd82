using System.CommandLine.Parsing;
using System.Globalization;

namespace Cairn.Cli.CommandLine;

/// <summary>Times as people write them: <c>90s</c>, <c>30m</c>, <c>12h</c>, <c>7d</c>.</summary>
internal static class Duration
{
    /// <summary>Parses an option's value, or adds what is wrong with it.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        var given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
        var seconds = given.Length == 0 ? 0 : given[^1] switch
        {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            _ => 0,
        };
        if (seconds > 0
            && int.TryParse(given.AsSpan(0, given.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0)
        {
            return TimeSpan.FromSeconds((double)number * seconds);
        }

        result.AddError($"'{given}' is not a time; write it as 90s, 30m, 12h or 7d");
        return default;
    }
}
