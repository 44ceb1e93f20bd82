namespace Cairn.Repository;

/// <summary>
/// Stores pages and piece lists in packs of their own, each once per chain. Not for concurrent use.
/// </summary>
internal sealed class RecordStore(
    PackWriter packs, IReadOnlyDictionary<Sha256Digest, SegmentReference> known, ChainSealing sealing, CopyTotals totals) : IDisposable
{
    private readonly ZstdCompressor compressor = new(Compression.Fastest);
    private readonly Dictionary<Sha256Digest, SegmentReference> own = [];
    private byte[] record = [];

    public SegmentReference Store(RecordKind kind, ReadOnlySpan<byte> plain)
    {
        var name = sealing.Name(plain);
        if (known.TryGetValue(name, out var stored) || own.TryGetValue(name, out stored))
        {
            totals.Use(stored, isData: false);
            return stored;
        }

        own[name] = stored = Append(kind, plain, name);
        totals.AddNew(stored.Place, isData: false);
        return stored;
    }

    public void Dispose() => compressor.Dispose();

    private SegmentReference Append(RecordKind kind, ReadOnlySpan<byte> plain, Sha256Digest name)
    {
        var needed = SegmentRecord.HeaderSize + plain.Length + sealing.Overhead;
        if (record.Length < needed)
        {
            record = new byte[needed];
        }

        var payload = record.AsSpan(SegmentRecord.HeaderSize, plain.Length);
        var packed = compressor.TryCompress(plain, payload);
        if (packed == 0)
        {
            plain.CopyTo(payload);
        }

        var length = SegmentRecord.Complete(
            record, kind, packed != 0, plain.Length, packed == 0 ? plain.Length : packed, name, sealing);
        var (pack, offset) = packs.Reserve(pending: 0, length);
        packs.Append(record.AsSpan(0, length));
        return SegmentReference.Data(name, new SegmentPlace(pack, offset, (uint)(length - SegmentRecord.HeaderSize), (uint)plain.Length));
    }
}
