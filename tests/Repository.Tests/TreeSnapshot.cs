using System.Security.Cryptography;

namespace Cairn.Repository.Tests;

/// <summary>What a directory holds, as lines that can be compared and read in a failure.</summary>
internal static class TreeSnapshot
{
    public static IReadOnlyList<string> Take(string root) =>
        new SourceTree(root, "root").List().Select(Line).ToList();

    private static string Line(SourceEntry entry)
    {
        var a = entry.Attributes;
        var content = entry.Kind switch
        {
            EntryKind.File => Hash(entry.PhysicalPath!),
            EntryKind.Symlink => "-> " + entry.LinkTarget,
            _ => "directory",
        };
        return $"{entry.Path} {Convert.ToString(a.Mode, 8)} {a.Uid}:{a.Gid} {a.MtimeNs} {a.Size} {content}";
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
