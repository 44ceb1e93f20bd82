using Cairn.Agent.Capturing;
using Cairn.Agent.Native;

namespace Cairn.Agent.Engines.OpenGemini.Capture;

/// <summary>The first level below data and WAL: a directory for each database, called like it.</summary>
internal static class DatabaseDirectories
{
    /// <summary>Everything below <paramref name="root"/> that is of these databases; of all when none is named.</summary>
    public static IEnumerable<TreeItem> Below(string root, IReadOnlyList<string> databases) =>
        TreeWalk.Below(root, item => IsOf(item.Path, databases)).Where(item => IsOf(item.Path, databases));

    /// <summary>True when a path below a root is of one of these databases, or none is named.</summary>
    public static bool IsOf(string path, IReadOnlyList<string> databases) =>
        databases.Count == 0 || databases.Contains(path.Split('/', 2)[0]);

    /// <summary>Those of them that have a directory below <paramref name="root"/>, and the <paramref name="known"/> ones, sorted.</summary>
    public static IReadOnlyList<string> Names(IEnumerable<string> known, string root, IReadOnlyList<string> databases) =>
    [
        .. known
            .Concat(TreeWalk.Below(root, _ => false)
                .Where(item => item.Status.Kind == FileKind.Directory && IsOf(item.Path, databases))
                .Select(item => item.Path))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}
