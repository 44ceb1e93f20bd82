using System.Text;

namespace Cairn.Repository;

/// <summary>Where a sparse file has data, as GNU's sparse format 1.0 writes it in front of them: decimal numbers, each ended by LF, padded to 512 bytes.</summary>
internal sealed class TarSparseMap
{
    private readonly List<(long Offset, long Length)> runs = [];
    private readonly long size;

    private TarSparseMap(long size) => this.size = size;

    /// <summary>Bytes of data, the map not counted.</summary>
    public long DataBytes { get; private set; }

    /// <summary>Of the cursor's current file, whose pieces are read for it.</summary>
    public static TarSparseMap Of(EntryCursor entries)
    {
        var map = new TarSparseMap(entries.Entry.Attributes.Size);
        while (entries.NextSegment(out var piece))
        {
            if (!piece.IsZero)
            {
                map.Add(entries.CoveredBytes - piece.Length, piece.Length);
            }
        }

        return map;
    }

    public byte[] Build()
    {
        var text = new StringBuilder();

        // A last empty run says where the file ends.
        text.Append(runs.Count + 1).Append('\n');
        foreach (var (offset, length) in runs.Append((size, 0L)))
        {
            text.Append(offset).Append('\n').Append(length).Append('\n');
        }

        var bytes = new byte[(text.Length + TarWriter.RecordBytes - 1) / TarWriter.RecordBytes * TarWriter.RecordBytes];
        Encoding.ASCII.GetBytes(text.ToString(), bytes);
        return bytes;
    }

    private void Add(long offset, long length)
    {
        DataBytes += length;
        if (runs.Count > 0 && runs[^1].Offset + runs[^1].Length == offset)
        {
            runs[^1] = (runs[^1].Offset, runs[^1].Length + length);
        }
        else
        {
            runs.Add((offset, length));
        }
    }
}
