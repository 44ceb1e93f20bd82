namespace Cairn.Repository;

/// <summary>
/// Hashes a batch's raw segments, and makes records of those that the chain has not got. One per worker: not for concurrent use.
/// </summary>
internal sealed class SegmentPacker(Compression compression, SegmentIndex index, ChainSealing sealing) : IDisposable
{
    private const int SampleBytes = 16 * 1024;
    private const int SampledFrom = 256 * 1024;

    private readonly ZstdCompressor compressor = new(compression);
    private readonly ZstdCompressor sampler = new(Compression.Fastest);
    private readonly byte[] sample = new byte[SampleBytes * 3];
    private readonly byte[] sampleResult = new byte[SampleBytes * 3];

    public void Pack(CopyBatch batch)
    {
        var packedUsed = 0;
        foreach (ref var operation in batch.Operations)
        {
            if (operation.Step == CopyStep.Raw)
            {
                packedUsed += Pack(ref operation, batch.Raw.Slice(operation.RawOffset, operation.RawLength), batch.Packed, packedUsed);
            }
        }
    }

    public void Dispose()
    {
        compressor.Dispose();
        sampler.Dispose();
    }

    private int Pack(ref CopyOperation operation, ReadOnlySpan<byte> raw, Span<byte> packed, int packedUsed)
    {
        operation.RecordOffset = -1;
        operation.IsZero = raw.IndexOfAnyExcept((byte)0) < 0;
        if (operation.IsZero)
        {
            return 0;
        }

        operation.Hash = sealing.Name(raw);
        if (index.TryFind(operation.Hash, out _))
        {
            return 0;
        }

        var record = packed[packedUsed..];
        var payload = record[SegmentRecord.HeaderSize..];
        var stored = LooksIncompressible(raw) ? 0 : compressor.TryCompress(raw, payload[..Math.Max(0, raw.Length - (raw.Length >> 5) - 1)]);
        var isPacked = stored != 0;
        if (!isPacked)
        {
            raw.CopyTo(payload);
            stored = raw.Length;
        }

        var length = SegmentRecord.Complete(record, RecordKind.Segment, isPacked, raw.Length, stored, operation.Hash, sealing);
        operation.RecordOffset = packedUsed;
        operation.StoredLength = length - SegmentRecord.HeaderSize;
        return length;
    }

    // Three samples at the fastest level: compressing what does not shrink would cost as much as hashing it.
    private bool LooksIncompressible(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < SampledFrom || compression == Compression.None)
        {
            return false;
        }

        raw[..SampleBytes].CopyTo(sample);
        raw.Slice(raw.Length / 2, SampleBytes).CopyTo(sample.AsSpan(SampleBytes));
        raw[^SampleBytes..].CopyTo(sample.AsSpan(SampleBytes * 2));
        return sampler.TryCompress(sample, sampleResult.AsSpan(0, sample.Length - (sample.Length >> 5))) == 0;
    }
}
