namespace Cairn.Repository;

/// <summary>The block that says which segments a point itself has stored: a count (4) and for each its place and name (52).</summary>
internal static class NewSegmentsFormat
{
    /// <summary>Of a point with more of them there is no such block.</summary>
    public const int MaxSegments = 64 * 1024;

    private const int EntryBytes = 52;

    /// <summary>The block's plain bytes.</summary>
    public static byte[] Encode(IReadOnlyList<SegmentReference> segments)
    {
        var writer = new ByteWriter(4 + (segments.Count * EntryBytes));
        writer.U32((uint)segments.Count);
        foreach (var segment in segments)
        {
            PieceCodec.WritePlace(writer, segment);
        }

        return writer.Written.ToArray();
    }

    /// <summary>Throws <see cref="InvalidDataException"/>.</summary>
    public static IReadOnlyList<SegmentReference> Decode(ReadOnlySpan<byte> plain)
    {
        var reader = new ByteReader(plain);
        var count = reader.U32();
        if (count > MaxSegments)
        {
            throw new InvalidDataException($"a list of {count} new segments");
        }

        var segments = new List<SegmentReference>((int)Math.Min(count, (uint)(reader.Remaining / EntryBytes)));
        for (; count > 0; count--)
        {
            segments.Add(PieceCodec.ReadPlace(ref reader));
        }

        reader.End();
        return segments;
    }
}
