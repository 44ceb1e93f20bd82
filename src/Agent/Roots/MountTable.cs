using System.Text;

namespace Cairn.Agent.Roots;

/// <summary>The mount points of this process's namespace, as <c>/proc/self/mountinfo</c> lists them (proc(5)).</summary>
internal sealed class MountTable
{
    private const int MountPointField = 4;

    private readonly List<string> mountPoints;

    private MountTable(List<string> mountPoints) => this.mountPoints = mountPoints;

    /// <summary>As it is now.</summary>
    public static MountTable Read() => Parse(File.ReadAllText("/proc/self/mountinfo"));

    /// <summary>Reads the file's text.</summary>
    public static MountTable Parse(string text) => new(
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' '))
                .Where(fields => fields.Length > MountPointField)
                .Select(fields => Unescape(fields[MountPointField])),
        ]);

    /// <summary>The mount point that a resolved path lies on.</summary>
    public string Of(string path) => mountPoints
        .Where(point => point == "/" || path == point || path.StartsWith(point + "/", StringComparison.Ordinal))
        .MaxBy(point => point.Length) ?? "/";

    /// <summary>Mount points strictly below a resolved path.</summary>
    public IReadOnlyList<string> Below(string path) =>
        [.. mountPoints.Where(point => point.StartsWith(path + "/", StringComparison.Ordinal)).Distinct()];

    // Space, tab, newline and backslash are written as a backslash and three octal digits.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\'))
        {
            return field;
        }

        var text = new StringBuilder(field.Length);
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && field.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                text.Append((char)(((field[i + 1] - '0') * 64) + ((field[i + 2] - '0') * 8) + (field[i + 3] - '0')));
                i += 3;
            }
            else
            {
                text.Append(field[i]);
            }
        }

        return text.ToString();
    }
}
