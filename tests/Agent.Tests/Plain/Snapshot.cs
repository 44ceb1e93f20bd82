using Cairn.Agent.Native;

namespace Cairn.Agent.Tests.Plain;

/// <summary>What a directory holds, as lines that can be compared and read in a failure.</summary>
internal static class Snapshot
{
    /// <summary>Names, modes, owners, times and contents; a missing directory is one line that says so.</summary>
    public static IReadOnlyList<string> Of(string root)
    {
        var status = NativeFiles.Look(root);
        if (status.Kind != FileKind.Directory)
        {
            return [$"{status.Kind}"];
        }

        return
        [
            .. Directory.EnumerateFileSystemEntries(
                    root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                .Prepend(root)
                .Order(StringComparer.Ordinal)
                .Select(path => Line(root, path)),
        ];
    }

    private static string Line(string root, string path)
    {
        var status = NativeFiles.Look(path);
        var content = status.Kind == FileKind.Regular ? File.ReadAllText(path) : "";
        return $"{Path.GetRelativePath(root, path)} {status.Kind} {Convert.ToString(status.Mode, 8)} {status.UserId}:{status.GroupId} {status.ModifiedNs} {content}";
    }
}
