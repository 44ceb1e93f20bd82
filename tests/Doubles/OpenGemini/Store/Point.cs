using System.Globalization;

namespace OpenGeminiDouble.Store;

/// <summary>One line of line protocol, with its time in nanoseconds.</summary>
/// <param name="Series">Measurement and tags, as written.</param>
/// <param name="Fields">The fields, as written.</param>
internal sealed record Point(string Series, string Fields, long TimeNs)
{
    public string Measurement => Series.Split(',', 2)[0];

    /// <summary>Series and time: a later write of the same replaces the former.</summary>
    public string Key => $"{Series} {TimeNs}";

    public string Line => $"{Series} {Fields} {TimeNs}";

    /// <param name="unitNs">What a time in the line counts.</param>
    /// <param name="nowNs">The time of a line without one.</param>
    public static Point Parse(string line, long unitNs, long nowNs)
    {
        // The double's clients write no blanks and no commas inside strings.
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 2 or > 3)
        {
            throw new FormatException($"unable to parse '{line}'");
        }

        var time = parts.Length == 3 ? long.Parse(parts[2], CultureInfo.InvariantCulture) * unitNs : nowNs;
        return new Point(parts[0], parts[1], time);
    }

    public static Point Parse(string line) => Parse(line, 1, 0);
}
