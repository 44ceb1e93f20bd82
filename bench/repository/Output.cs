namespace Cairn.Bench.Repository;

/// <summary>How large a result is.</summary>
internal static class Output
{
    /// <summary>The bytes of a file, or of all files below a directory.</summary>
    public static long BytesOf(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length)
        : new FileInfo(path).Length;
}
