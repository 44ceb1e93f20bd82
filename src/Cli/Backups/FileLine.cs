using System.Globalization;
using Cairn.Cli.Wording;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary>
/// One line of <c>cairn backup files</c>. A point may hold millions of files, so lines are printed as they come; the path is
/// last because it may hold blanks.
/// </summary>
internal static class FileLine
{
    /// <summary>What the columns are.</summary>
    public static string Heading { get; } = Columns("NODE", "MODE", "SIZE", "MODIFIED", "SHA-256", "PATH");

    /// <summary>Node, mode, size in bytes, time of change, the first 12 digits of the hash, path.</summary>
    public static string For(NodeEntry line)
    {
        var entry = line.Entry;
        var hash = entry.Sha256.Length > 12 ? entry.Sha256[..12] : entry.Sha256;
        return Columns(
            Printable.Line(line.Node),
            Mode(entry),
            entry.Size.ToString(CultureInfo.InvariantCulture),
            TimeText.Precise(entry.Modified),
            Printable.OrDash(hash),
            Printable.Line(entry.Path));
    }

    private static string Columns(string node, string mode, string size, string modified, string hash, string path) =>
        $"{node,-8}  {mode,-10}  {size,14}  {modified,-24}  {hash,-12}  {path}";

    /// <summary>The type and permissions as <c>ls</c> writes them.</summary>
    private static string Mode(PointEntry entry)
    {
        Span<char> letters = stackalloc char[10];
        letters[0] = entry.Kind switch { "directory" => 'd', "symlink" => 'l', "file" => '-', _ => '?' };
        for (var bit = 0; bit < 9; bit++)
        {
            letters[1 + bit] = (entry.Mode >> (8 - bit) & 1) == 1 ? "rwx"[bit % 3] : '-';
        }

        return new string(letters);
    }
}
