using System.Text.RegularExpressions;
using Cairn.Agent.Capturing;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>
/// What the files below <c>&lt;DATA&gt;/data</c> are. Immutable: <c>*.tssp</c> and the files of mergeset parts, which are made under
/// another name, renamed in, and unlinked after compaction or merge [ran]. Everything else is copied, known or not.
/// </summary>
/// <param name="databases">The databases that are taken; empty for all.</param>
internal sealed partial class DataRules(IReadOnlyList<string> databases) : ITreeRules
{
    /// <inheritdoc/>
    public Take Rule(TreeItem item)
    {
        if (!DatabaseDirectories.IsOf(item.Path, databases))
        {
            return Take.Skip;
        }

        if (item.Status.Kind == FileKind.Directory)
        {
            // What is in tmp is unfinished; the server wants the directory itself.
            return IsIn(item.Path, "mergeset") && item.Name == "tmp" ? Take.DirectoryOnly : Take.Copy;
        }

        return IsUnfinished(item.Path) ? Take.Skip : IsImmutable(item.Path) ? Take.Link : Take.Copy;
    }

    /// <summary>
    /// An index transaction: a merge that has renamed its result in and not yet removed the old parts. A compaction log is the
    /// same for TSSP files; its leftovers would point at files that this capture does not hold.
    /// </summary>
    public bool IsUnrest(TreeItem item) => item.Status.Kind == FileKind.Regular
        && ((IsIn(item.Path, "txn") && item.Path.Contains("/mergeset/txn/", StringComparison.Ordinal)) || IsIn(item.Path, "compact_log"));

    /// <summary>True for a file whose content never changes under its name.</summary>
    public static bool IsImmutable(string path) => Tssp().IsMatch(path) || IndexPart().IsMatch(path);

    /// <summary>True for a TSSP file that is still being written; servers remove it at start.</summary>
    public static bool IsUnfinished(string path) => path.EndsWith(".init", StringComparison.Ordinal);

    /// <summary>
    /// True for an unfinished file that a flush may be writing. Compaction writes higher levels, which its name tells: the old
    /// files stay until it is done, so nobody needs to wait for it.
    /// </summary>
    public static bool IsFlush(string path) => IsUnfinished(path) && !Compaction().IsMatch(path);

    /// <summary>True for files of measurements of the column store, which were never observed.</summary>
    public static bool IsColumnStore(string path) => path.Contains("/tssp/", StringComparison.Ordinal)
        && !IsImmutable(path) && !IsUnfinished(path);

    private static bool IsIn(string path, string directory)
    {
        var parent = CapturedDirectory.ParentOf(path);
        return parent == directory || parent.EndsWith("/" + directory, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"/tssp/.*/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{8}\.tssp\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Tssp();

    [GeneratedRegex(@"/mergeset/[0-9]+_[0-9]+_[0-9A-F]{16}/(items\.bin|index\.bin|lens\.bin|metaindex\.bin|metadata\.json)\z", RegexOptions.CultureInvariant)]
    private static partial Regex IndexPart();

    [GeneratedRegex(@"/[0-9a-f]{8}-(?!0000-)[0-9a-f]{4}-[0-9a-f]{8}\.tssp\.init\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Compaction();
}
