namespace Cairn.Coordinator.Audit;

/// <summary>Cuts a file of the log into its lines, in bounded memory whatever the file holds.</summary>
internal static class AuditLineReader
{
    /// <summary>A line without its line feed.</summary>
    /// <param name="Offset">Where it begins in the file.</param>
    /// <param name="IsWhole">False for what stands at the end without a line feed, or is longer than any line may be.</param>
    public readonly record struct Line(byte[] Bytes, long Offset, bool IsWhole);

    /// <summary>The lines in order. Ends after the first that is not whole.</summary>
    public static IEnumerable<Line> Read(string path)
    {
        using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);
        var line = new MemoryStream();
        var offset = 0L;
        int next;
        while ((next = file.ReadByte()) >= 0)
        {
            if (next == '\n')
            {
                yield return new Line(line.ToArray(), offset, IsWhole: true);
                offset += line.Length + 1;
                line.SetLength(0);
                continue;
            }

            line.WriteByte((byte)next);
            if (line.Length > AuditLine.MaxBytes)
            {
                break;
            }
        }

        if (line.Length > 0)
        {
            yield return new Line(line.ToArray(), offset, IsWhole: false);
        }
    }
}
