namespace Cairn.Repository;

/// <summary>The pages of a manifest, read out of packs. Their numbers are the places.</summary>
internal sealed class ManifestPages(
    RepositoryLayout.ChainLayout chain, PointId point, IReadOnlyList<PageReference> table, Action<SegmentReference>? onRecord) : EntryBlocks
{
    private readonly SegmentLoader loader = new(chain);
    private readonly SegmentLoader lists = new(chain);

    public override long First => 0;

    public override bool MayEndInside => false;

    public override bool TryRead(long at, ref byte[] buffer, out int length, out long next)
    {
        (length, next) = (0, at + 1);
        if (at >= table.Count)
        {
            EndedComplete = true;
            return false;
        }

        var record = table[(int)at].Record;
        onRecord?.Invoke(record);
        if (!loader.TryLoad(RecordKind.Page, record, out var bytes, out var finding))
        {
            throw Damaged(at, finding);
        }

        if (buffer.Length < bytes.Length)
        {
            buffer = new byte[Math.Max(bytes.Length, buffer.Length * 2)];
        }

        bytes.CopyTo(buffer);
        length = bytes.Length;
        return true;
    }

    public override ReadOnlySpan<byte> ReadList(in SegmentReference list)
    {
        onRecord?.Invoke(list);
        return lists.TryLoad(RecordKind.PieceList, list, out var bytes, out var finding)
            ? bytes
            : throw new RepositoryDamagedException(chain.Pack(list.Place.Pack), $"at offset {list.Place.Offset}, a segment list of point {point}: {finding}");
    }

    public override RepositoryDamagedException Damaged(long at, string finding)
    {
        var place = table[(int)at].Record.Place;
        return new RepositoryDamagedException(chain.Pack(place.Pack), $"at offset {place.Offset}, page {at} of the manifest of point {point}: {finding}");
    }

    public override void Dispose()
    {
        loader.Dispose();
        lists.Dispose();
    }
}
