using System.Globalization;
using System.Security.Cryptography;

namespace Cairn.TestKit.Trees;

/// <summary>
/// What a directory holds, for a comparison byte for byte: every file's content by its SHA-256, every entry's mode, every
/// file's modification time, empty directories included.
/// </summary>
public sealed class TreeImage : IEquatable<TreeImage>
{
    private readonly SortedDictionary<string, string> entries = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> contents = new(StringComparer.Ordinal);

    private TreeImage()
    {
    }

    /// <summary>The image of nothing.</summary>
    public static TreeImage Nothing { get; } = new();

    /// <summary>How many files it holds.</summary>
    public int Files { get; private set; }

    /// <summary>The entries: path below the directory, and what stands there.</summary>
    public IReadOnlyDictionary<string, string> Entries => entries;

    /// <summary>Each file's content alone, by its SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Contents => contents;

    /// <summary>Reads a directory.</summary>
    public static TreeImage Of(string directory)
    {
        var image = new TreeImage();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(directory, path);
            var mode = Convert.ToString((int)File.GetUnixFileMode(path), 8);
            if (Directory.Exists(path))
            {
                image.entries[relative] = $"directory {mode}";
                continue;
            }

            image.Files++;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var hash = Convert.ToHexStringLower(SHA256.HashData(file));
            image.contents[relative] = hash;
            var time = File.GetLastWriteTimeUtc(path).Ticks;
            image.entries[relative] = string.Create(CultureInfo.InvariantCulture, $"file {mode} {file.Length} {time} {hash}");
        }

        return image;
    }

    /// <summary>The differences, a line each; empty when there are none.</summary>
    public IReadOnlyList<string> DifferencesTo(TreeImage other) =>
    [
        .. entries.Keys.Union(other.entries.Keys).Order(StringComparer.Ordinal)
            .Where(path => entries.GetValueOrDefault(path) != other.entries.GetValueOrDefault(path))
            .Select(path => $"{path}: {entries.GetValueOrDefault(path) ?? "absent"} against {other.entries.GetValueOrDefault(path) ?? "absent"}"),
    ];

    /// <inheritdoc/>
    public bool Equals(TreeImage? other) => other is not null && DifferencesTo(other).Count == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TreeImage);

    /// <inheritdoc/>
    public override int GetHashCode() => entries.Count;
}
