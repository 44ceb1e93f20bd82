using System.Security.Cryptography;

namespace Cairn.Repository.Tests;

/// <summary>What a directory holds, as lines that can be compared and read in a failure.</summary>
internal static class TreeSnapshot
{
    public static IReadOnlyList<string> Take(string root)
    {
        var entries = new SourceTree(root, "root").List();
        var firstNames = entries.Where(e => e.Kind == EntryKind.File).GroupBy(e => e.Identity).ToDictionary(g => g.Key!.Value, g => g.First().Path);
        return entries.Select(e => Line(e, e.Kind == EntryKind.File ? firstNames[e.Identity!.Value] : e.Path)).ToList();
    }

    private static string Line(SourceEntry entry, string firstName)
    {
        var a = entry.Attributes;
        var content = entry.Kind switch
        {
            EntryKind.File => Hash(entry.PhysicalPath!),
            EntryKind.Symlink => "-> " + entry.LinkTarget,
            _ => "directory",
        };
        return $"{entry.Path} {Convert.ToString(a.Mode, 8)} {a.Uid}:{a.Gid} {a.MtimeNs} {a.Size} {content}{(firstName == entry.Path ? "" : " also " + firstName)}";
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
