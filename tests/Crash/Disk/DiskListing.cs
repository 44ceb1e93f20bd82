using System.Security.Cryptography;
using Cairn.Repository;

namespace Cairn.Crash.Disk;

/// <summary>What a directory holds, as lines that can be compared and read in a failure.</summary>
internal static class DiskListing
{
    public static IReadOnlyList<string> Of(string directory) =>
        Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => path[directory.Length..] + (Directory.Exists(path) ? "/" : " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))))
            .ToList();

    /// <summary>Files of points that are not there, and temporary ones: what a finished operation leaves to nobody.</summary>
    public static IReadOnlyList<string> StraysOf(string repository, IReadOnlyCollection<PointId> points) =>
        Directory.EnumerateFiles(repository, "*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal)
                || path.EndsWith(".journal", StringComparison.Ordinal)
                || (IsOfPoint(path) && !points.Any(p => Path.GetFileName(path).StartsWith(p.Text, StringComparison.Ordinal)))
                || (points.Count == 0 && path.EndsWith(".pack", StringComparison.Ordinal)))
            .ToList();

    private static bool IsOfPoint(string path) =>
        path.EndsWith(".manifest", StringComparison.Ordinal) || path.EndsWith(".commit", StringComparison.Ordinal);
}
