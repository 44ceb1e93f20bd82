namespace Cairn.Repository;

/// <summary>What a block says before its bytes.</summary>
internal readonly record struct BlockHeader(BlockKind Kind, bool Packed, uint PlainLength, uint StoredLength, uint Checksum)
{
    /// <summary>Header and stored bytes.</summary>
    public long TotalLength => BlockCodec.HeaderSize + (long)StoredLength;
}
