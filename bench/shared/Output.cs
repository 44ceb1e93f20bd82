namespace Cairn.Bench;

/// <summary>How large a result is, and its end.</summary>
internal static class Output
{
    // A link leads to what is counted where it is.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The bytes of a file, or of all files below a directory.</summary>
    public static long BytesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", Below).Sum(file => new FileInfo(file).Length)
        : new FileInfo(path).Length;

    /// <summary>
    /// Takes a tree of many files out of the way and gives its space back, but not its inodes: ext4 looks for minutes past inodes that were freed of late, and
    /// whoever makes files next would pay for the deletions of the one before.
    /// </summary>
    public static void Discard(string tree)
    {
        foreach (var file in Directory.EnumerateFiles(tree, "*", Below))
        {
            using var _ = new FileStream(file, FileMode.Truncate);
        }

        Directory.Move(tree, $"{tree}-discarded-{Guid.NewGuid():n}");
    }
}
