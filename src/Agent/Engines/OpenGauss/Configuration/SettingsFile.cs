using System.Text;

namespace Cairn.Agent.Engines.OpenGauss.Configuration;

/// <summary>Reads and rewrites files of the form of <c>postgresql.conf</c>. Lines that are not touched stay as they are, byte for byte.</summary>
internal static class SettingsFile
{
    /// <summary>The last value of a setting; null when it has none. Quotes are taken off.</summary>
    public static string? Find(string text, string name)
    {
        string? value = null;
        foreach (var line in text.Split('\n'))
        {
            if (NameOf(line) == name)
            {
                value = ValueOf(line);
            }
        }

        return value;
    }

    /// <summary>The text without the settings that <paramref name="drop"/> names, and with <paramref name="settings"/> at its end.</summary>
    public static string Rewrite(string text, Func<string, bool> drop, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        var names = settings.Select(setting => setting.Key).ToHashSet(StringComparer.Ordinal);
        var rewritten = new StringBuilder();
        var lines = text.Split('\n');
        foreach (var line in lines.Take(lines[^1].Length == 0 ? lines.Length - 1 : lines.Length))
        {
            if (NameOf(line) is not { } name || (!drop(name) && !names.Contains(name)))
            {
                rewritten.Append(line).Append('\n');
            }
        }

        foreach (var (name, value) in settings)
        {
            rewritten.Append(name).Append(" = '").Append(value.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        }

        return rewritten.ToString();
    }

    private static string? NameOf(string line)
    {
        var text = line.TrimStart();
        var end = text.IndexOfAny(['=', ' ', '\t']);
        return end <= 0 || text[0] == '#' ? null : text[..end].ToLowerInvariant();
    }

    private static string ValueOf(string line)
    {
        var text = line.TrimStart();
        var value = text[text.IndexOfAny(['=', ' ', '\t'])..].TrimStart(' ', '\t', '=');
        if (!value.StartsWith('\''))
        {
            var end = value.IndexOf('#', StringComparison.Ordinal);
            return (end >= 0 ? value[..end] : value).Trim();
        }

        var quoted = new StringBuilder();
        for (var at = 1; at < value.Length; at++)
        {
            if (value[at] != '\'')
            {
                quoted.Append(value[at]);
            }
            else if (at + 1 < value.Length && value[at + 1] == '\'')
            {
                quoted.Append(value[at++]);
            }
            else
            {
                break;
            }
        }

        return quoted.ToString();
    }
}
