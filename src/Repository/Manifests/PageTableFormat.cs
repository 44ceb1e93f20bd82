namespace Cairn.Repository;

/// <summary>The blocks that say where a manifest's pages are: a count (4) and for each page its place and name (52) and the entries that begin in it (4).</summary>
internal static class PageTableFormat
{
    private const int MaxPagesPerBlock = 100_000;

    /// <summary>The plain bytes of each block; none for an empty point.</summary>
    public static IEnumerable<byte[]> Encode(IReadOnlyList<PageReference> table)
    {
        foreach (var chunk in table.Chunk(MaxPagesPerBlock))
        {
            var writer = new ByteWriter(4 + (chunk.Length * 56));
            writer.U32((uint)chunk.Length);
            foreach (var page in chunk)
            {
                PieceCodec.WritePlace(writer, page.Record);
                writer.U32(page.Entries);
            }

            yield return writer.Written.ToArray();
        }
    }

    /// <summary>Adds a block's pages. Throws <see cref="InvalidDataException"/>.</summary>
    public static void Decode(ReadOnlySpan<byte> plain, List<PageReference> table)
    {
        var reader = new ByteReader(plain);
        var count = reader.U32();
        if (count is 0 or > MaxPagesPerBlock)
        {
            throw new InvalidDataException($"a page table of {count} pages");
        }

        for (; count > 0; count--)
        {
            table.Add(new PageReference(PieceCodec.ReadPlace(ref reader), reader.U32()));
        }

        reader.End();
    }
}
