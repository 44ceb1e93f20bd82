namespace Cairn.Repository;

/// <summary>
/// Hashes a batch's raw segments, and makes records of those that the chain has not got. One per worker: not for concurrent use.
/// </summary>
internal sealed class SegmentPacker(Compression compression, SegmentIndex index, ChainSealing sealing) : IDisposable
{
    private const int SampleBytes = 16 * 1024;
    private const int SampledFrom = 256 * 1024;

    /// <summary>A smaller segment is sampled, in less of it, only behind one that did not shrink: such data lie together.</summary>
    private const int ShortSampleBytes = 4 * 1024;
    private const int ShortSampledFrom = 64 * 1024;

    private readonly ZstdCompressor compressor = new(compression);
    private readonly ZstdCompressor sampler = new(Compression.Fastest);
    private readonly byte[] sample = new byte[SampleBytes * 3];
    private readonly byte[] sampleResult = new byte[SampleBytes * 3];
    private bool lastDidNotShrink;

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
        lastDidNotShrink = !isPacked;
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
        var each = raw.Length >= SampledFrom ? SampleBytes : lastDidNotShrink && raw.Length >= ShortSampledFrom ? ShortSampleBytes : 0;
        if (each == 0 || compression == Compression.None)
        {
            return false;
        }

        raw[..each].CopyTo(sample);
        raw.Slice(raw.Length / 2, each).CopyTo(sample.AsSpan(each));
        raw[^each..].CopyTo(sample.AsSpan(each * 2));
        var taken = sample.AsSpan(0, each * 3);
        return sampler.TryCompress(taken, sampleResult.AsSpan(0, taken.Length - (taken.Length >> 5))) == 0;
    }
}
