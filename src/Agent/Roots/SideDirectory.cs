using Cairn.Agent.Native;

namespace Cairn.Agent.Roots;

/// <summary>
/// Builds every path of the <c>.cairn</c> directories that stand beside data directories, makes them and removes them when
/// they are empty. Nothing else names them.
/// </summary>
internal static class SideDirectory
{
    /// <summary>The directory's name.</summary>
    public const string Name = ".cairn";

    // An engine's own process may have to reach a directory made for it below; it cannot list what is on the way.
    private const uint PassableMode = 0x1c9;

    // Removing "if empty" and making below it must not cross.
    private static readonly Lock Gate = new();

    /// <summary>The <c>.cairn</c> directory of a resolved target.</summary>
    public static string Of(string target) => Path.Combine(Path.GetDirectoryName(target)!, Name);

    /// <summary>Where all captures of a target's directory are.</summary>
    public static string Captures(string target) => Path.Combine(Of(target), "capture");

    /// <summary>Where a job captures one root.</summary>
    public static string Capture(string target, string jobId, string instance, string root) =>
        Path.Combine(Captures(target), jobId, instance, root);

    /// <summary>Where all restores of a target's directory are.</summary>
    public static string Restores(string target) => Path.Combine(Of(target), "restore");

    /// <summary>Where everything of one restore is, of all targets in the same directory.</summary>
    public static string Restore(string target, string jobId) => Path.Combine(Restores(target), jobId);

    /// <summary>Where a job stages one root.</summary>
    public static string Stage(string target, string jobId, string instance, string root) =>
        Path.Combine(Restore(target, jobId), "stage", $"{instance}.{root}");

    /// <summary>Where a job keeps one root's old directory.</summary>
    public static string Old(string target, string jobId, string instance, string root) =>
        Path.Combine(Restore(target, jobId), "old", $"{instance}.{root}");

    /// <summary>Where a target's file system is tried out.</summary>
    public static string Probe(string target) => Path.Combine(Of(target), $"probe-{Guid.NewGuid():N}");

    /// <summary>Makes <paramref name="directory"/>, which lies in a <c>.cairn</c>, and what is missing above it, durably.</summary>
    public static void Make(string directory)
    {
        lock (Gate)
        {
            var missing = new Stack<string>();
            for (var path = directory; NativeFiles.Look(path).Kind == FileKind.Missing; path = Path.GetDirectoryName(path)!)
            {
                missing.Push(path);
                if (Path.GetFileName(path) == Name)
                {
                    break;
                }
            }

            foreach (var path in missing)
            {
                NativeFiles.MakeDirectory(path, PassableMode);
                NativeFiles.SyncDirectory(Path.GetDirectoryName(path)!);
            }
        }
    }

    /// <summary>Removes <paramref name="directory"/> and what is above it, up to and with <c>.cairn</c>, while it is empty.</summary>
    public static void RemoveEmpty(string directory)
    {
        lock (Gate)
        {
            for (var path = directory; ; path = Path.GetDirectoryName(path)!)
            {
                var removed = NativeFiles.TryRemoveEmptyDirectory(path);
                if (Path.GetFileName(path) == Name || (!removed && NativeFiles.Look(path).Kind != FileKind.Missing))
                {
                    return;
                }
            }
        }
    }
}
