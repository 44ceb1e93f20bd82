using System.CommandLine;
using System.Globalization;

namespace Cairn.Cli.CommandLine;

/// <summary>Options whose value is one of a few words, or a number; what else is given is refused in one sentence.</summary>
internal static class Choice
{
    /// <summary>An option that takes one of <paramref name="words"/>; the first is the default.</summary>
    public static Option<string> Of(string name, string[] aliases, string description, params string[] words)
    {
        var option = new Option<string>(name, aliases)
        {
            Description = description,
            HelpName = string.Join('|', words),
            DefaultValueFactory = _ => words[0],
        };
        option.Validators.Add(result =>
        {
            var given = result.Tokens.Count == 0 ? words[0] : result.Tokens[^1].Value;
            if (!words.Contains(given, StringComparer.Ordinal))
            {
                result.AddError($"{name} takes {Alternatives(words)}, not '{given}'");
            }
        });
        return option;
    }

    /// <summary>An option that takes a whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<int> Number(string name, string description, int least, int most, int standard) => new(name)
    {
        Description = description,
        HelpName = "NUMBER",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            if (int.TryParse(given, NumberStyles.None, null, out var number)
                && number >= least
                && number <= most)
            {
                return number;
            }

            result.AddError($"{name} takes a whole number from {least} to {most}, not '{given}'");
            return standard;
        },
    };

    /// <summary>An option that takes a number from 0 to 1; null when it is not given.</summary>
    public static Option<double?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SHARE",
        CustomParser = result =>
        {
            var given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            if (double.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1)
            {
                return share;
            }

            result.AddError($"{name} takes a number from 0 to 1, not '{given}'");
            return null;
        },
    };

    private static string Alternatives(string[] words) => words.Length == 1
        ? words[0]
        : $"{string.Join(", ", words[..^1])} or {words[^1]}";
}
