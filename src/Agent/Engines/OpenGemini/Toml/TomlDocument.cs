namespace Cairn.Agent.Engines.OpenGemini.Toml;

/// <summary>
/// A parsed file: every value under its full dotted name ("data.store-wal-dir"). Tables in arrays (<c>[[x]]</c>) get their
/// number into the name ("x.0.key").
/// </summary>
internal sealed class TomlDocument(
    IReadOnlyDictionary<string, TomlValue> values, IReadOnlySet<string> tables)
{
    /// <summary>Every value by its dotted name.</summary>
    public IReadOnlyDictionary<string, TomlValue> Values { get; } = values;

    /// <summary>True when the table stands in the file, also when it is empty.</summary>
    public bool HasTable(string name) => tables.Contains(name);

    /// <summary>The text of a key, null when it is not there; a value of another type is a problem.</summary>
    public string? Text(string name, ICollection<string> problems) => Typed<string>(name, "a text in quotes", problems);

    /// <summary>The truth value of a key, or <paramref name="otherwise"/>; a value of another type is a problem.</summary>
    public bool Flag(string name, bool otherwise, ICollection<string> problems) =>
        Values.ContainsKey(name) ? Typed<bool?>(name, "true or false", problems) ?? otherwise : otherwise;

    /// <summary>The number of a key, or <paramref name="otherwise"/>; a value of another type is a problem.</summary>
    public long Number(string name, long otherwise, ICollection<string> problems) =>
        Values.ContainsKey(name) ? Typed<long?>(name, "a whole number", problems) ?? otherwise : otherwise;

    /// <summary>A list of texts, empty when the key is not there; a value of another type is a problem.</summary>
    public IReadOnlyList<string> Texts(string name, ICollection<string> problems)
    {
        if (Typed<IReadOnlyList<TomlValue>>(name, "a list of texts", problems) is not { } list)
        {
            return [];
        }

        foreach (var item in list.Where(item => item.Value is not string))
        {
            problems.Add($"line {item.Line}: '{name}' must be a list of texts");
        }

        return [.. list.Select(item => item.Value).OfType<string>()];
    }

    private T? Typed<T>(string name, string wanted, ICollection<string> problems)
    {
        if (!Values.TryGetValue(name, out var found))
        {
            return default;
        }

        if (found.Value is T value)
        {
            return value;
        }

        problems.Add($"line {found.Line}: '{name}' must be {wanted}");
        return default;
    }
}
