using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Roots;

/// <summary>Turns a configured path into the one that it means now, without any symbolic link in it.</summary>
internal static class PathResolution
{
    /// <summary>
    /// Resolves every link. Components at the end that do not exist yet are kept as they are written; a link that points
    /// nowhere is refused, because what is made there later would not be where it was checked.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PathUnusable"/>.</exception>
    public static string Resolve(string path, string node)
    {
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0') || path.Split('/').Any(part => part is ".." or "."))
        {
            throw Unusable($"'{path}' is not an absolute path without '.' and '..'", path, node);
        }

        var missing = new Stack<string>();
        var existing = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        try
        {
            while (true)
            {
                if (NativeFiles.RealPath(existing) is { } real)
                {
                    return missing.Aggregate(real, Path.Combine);
                }

                if (NativeFiles.Look(existing).Kind != FileKind.Missing)
                {
                    throw Unusable($"{existing} is a link that points nowhere", path, node);
                }

                missing.Push(Path.GetFileName(existing));
                existing = Path.GetDirectoryName(existing)!;
            }
        }
        catch (NativeFailureException failure)
        {
            throw Unusable(failure.Message, path, node);
        }
    }

    /// <summary>Whether a resolved path is a resolved directory or lies in it.</summary>
    public static bool IsInside(string path, string directory) =>
        path == directory || directory == "/" || path.StartsWith(directory + "/", StringComparison.Ordinal);

    private static CairnException Unusable(string finding, string path, string node) => new(
        ErrorCode.PathUnusable,
        finding,
        "mend the path in the configuration, or what stands there",
        node.Length == 0 ? null : node,
        path);
}
