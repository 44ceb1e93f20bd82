using System.Globalization;
using System.Text;

namespace Cairn.Agent.Engines.OpenGauss.Restore;

/// <summary>
/// The file <c>tablespace_map</c>, by which a server that recovers from a backup makes its links: a line for each tablespace, its number, a
/// blank and its directory, in which a backslash stands before a backslash, a line feed and a carriage return.
/// </summary>
internal static class TablespaceMapFile
{
    /// <summary>The numbers and directories.</summary>
    /// <exception cref="InvalidDataException">It is not such a file.</exception>
    public static IReadOnlyList<(uint Number, string Location)> Parse(string text)
    {
        var found = new List<(uint, string)>();
        var line = new StringBuilder();
        var escaped = false;
        foreach (var one in text)
        {
            if (!escaped && one == '\n')
            {
                found.Add(Split(line.ToString()));
                line.Clear();
            }
            else if (!escaped && one == '\\')
            {
                escaped = true;
            }
            else
            {
                line.Append(one);
                escaped = false;
            }
        }

        return line.Length == 0 && !escaped ? found : throw new InvalidDataException("the tablespace map does not end with a line feed");
    }

    /// <summary>The file's text.</summary>
    public static string Format(IEnumerable<(uint Number, string Location)> tablespaces)
    {
        var text = new StringBuilder();
        foreach (var (number, location) in tablespaces)
        {
            text.Append(number.ToString(CultureInfo.InvariantCulture)).Append(' ');
            foreach (var one in location)
            {
                text.Append(one is '\\' or '\n' or '\r' ? "\\" : "").Append(one);
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static (uint Number, string Location) Split(string line)
    {
        var blank = line.IndexOf(' ', StringComparison.Ordinal);
        return blank > 0 && uint.TryParse(line.AsSpan(0, blank), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, line[(blank + 1)..].TrimEnd('\r'))
            : throw new InvalidDataException($"the tablespace map has the line '{line}'");
    }
}
