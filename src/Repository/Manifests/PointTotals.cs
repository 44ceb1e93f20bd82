namespace Cairn.Repository;

/// <summary>The summary block: what the copy did and which packs the point needs.</summary>
internal sealed record PointTotals(PreparedPoint Copied, long StoredBytes, long Segments, IReadOnlyList<PackUse> Packs)
{
    private const int MaxPacks = 350_000;

    public byte[] Encode()
    {
        if (Packs.Count > MaxPacks)
        {
            throw new InvalidOperationException($"the point needs {Packs.Count} packs, more than {MaxPacks}: choose larger packs");
        }

        var writer = new ByteWriter();
        writer.U8(Copied.FullInsideChain ? (byte)1 : (byte)0);
        foreach (var value in (ReadOnlySpan<long>)
            [
                Copied.Files, Copied.Directories, Copied.Symlinks, Copied.Bytes, Copied.CarriedFiles, Copied.CarriedBytes, Copied.ResumedBytes,
                Copied.NewBytes, Copied.NewStoredBytes, Copied.VanishedFiles, Copied.GrownFiles, Copied.UnreadableFiles, Copied.ChangedFiles,
                Copied.NotBackedUp, Copied.HardLinks, StoredBytes, Segments,
            ])
        {
            writer.U64((ulong)value);
        }

        writer.U32((uint)Packs.Count);
        foreach (var pack in Packs)
        {
            writer.U32(pack.Pack);
            writer.U64((ulong)pack.LiveBytes);
            writer.U64((ulong)pack.RequiredLength);
        }

        return writer.Written.ToArray();
    }

    public static PointTotals Decode(PointId point, ReadOnlySpan<byte> plain)
    {
        var reader = new ByteReader(plain);
        var copied = new PreparedPoint
        {
            Point = point,
            FullInsideChain = reader.Flag("full inside the chain"),
            Files = reader.Count("files"),
            Directories = reader.Count("directories"),
            Symlinks = reader.Count("links"),
            Bytes = reader.Count("bytes"),
            CarriedFiles = reader.Count("carried files"),
            CarriedBytes = reader.Count("carried bytes"),
            ResumedBytes = reader.Count("resumed bytes"),
            NewBytes = reader.Count("new bytes"),
            NewStoredBytes = reader.Count("new stored bytes"),
            VanishedFiles = reader.Count("vanished files"),
            GrownFiles = reader.Count("grown files"),
            UnreadableFiles = reader.Count("unreadable files"),
            ChangedFiles = reader.Count("changed files"),
            NotBackedUp = reader.Count("entries not backed up"),
            HardLinks = reader.Count("hard links"),
        };
        var stored = reader.Count("stored bytes");
        var segments = reader.Count("segments");
        var packs = new List<PackUse>();
        for (var left = reader.U32(); left > 0; left--)
        {
            packs.Add(new PackUse(reader.U32(), reader.Count("live bytes"), reader.Count("required length")));
        }

        reader.End();
        return new PointTotals(copied, stored, segments, packs);
    }
}
