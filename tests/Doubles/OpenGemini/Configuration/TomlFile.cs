using System.Globalization;

namespace OpenGeminiDouble.Configuration;

/// <summary>The few lines of TOML that openGemini's configuration files use: sections, scalars, one-line arrays.</summary>
internal sealed class TomlFile
{
    private readonly Dictionary<(string Section, string Key), string> values = [];

    private TomlFile()
    {
    }

    public static TomlFile Read(string path)
    {
        var file = new TomlFile();
        var section = "";
        foreach (var raw in File.ReadLines(path))
        {
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line[0] == '[')
            {
                section = line.Trim('[', ']');
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            file.values[(section, line[..equals].Trim())] = line[(equals + 1)..].Trim();
        }

        return file;
    }

    public string Text(string section, string key, string otherwise) =>
        values.TryGetValue((section, key), out var value) ? value.Trim('"') : otherwise;

    public int Number(string section, string key, int otherwise) =>
        values.TryGetValue((section, key), out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public IReadOnlyList<string> List(string section, string key) =>
        values.TryGetValue((section, key), out var value)
            ? [.. value.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(item => item.Trim('"'))]
            : [];
}
