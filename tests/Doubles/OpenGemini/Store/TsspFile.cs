using System.Globalization;

namespace OpenGeminiDouble.Store;

/// <summary>
/// A data file of the double: a heading, the points, a closing line with their number. Written under <c>*.init</c> and renamed;
/// never changed afterwards. One that cannot be read is skipped silently, as the real server does.
/// </summary>
internal static class TsspFile
{
    private const string Heading = "double tssp 1";

    public static void Write(string path, IReadOnlyCollection<Point> points)
    {
        var unfinished = path + ".init";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = new FileStream(unfinished, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var writer = new StreamWriter(file))
        {
            writer.NewLine = "\n";
            writer.WriteLine(Heading);
            foreach (var point in points)
            {
                writer.WriteLine(point.Line);
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"end {points.Count}"));
        }

        File.Move(unfinished, path);
    }

    public static List<Point> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        if (reader.ReadLine() != Heading)
        {
            return [];
        }

        var points = new List<Point>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("end ", StringComparison.Ordinal))
            {
                return line == string.Create(CultureInfo.InvariantCulture, $"end {points.Count}") ? points : [];
            }

            points.Add(Point.Parse(line));
        }

        return [];
    }
}
