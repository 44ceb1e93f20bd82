namespace Cairn.Repository;

/// <summary>Where a segment's record begins, and how long its payload is stored and plain.</summary>
internal readonly record struct SegmentPlace(uint Pack, long Offset, uint StoredLength, uint PlainLength)
{
    /// <summary>Header and payload in the pack.</summary>
    public long RecordLength => SegmentRecord.HeaderSize + (long)StoredLength;
}
