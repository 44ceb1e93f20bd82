namespace Cairn.Repository;

/// <summary>What a block says before its bytes.</summary>
internal readonly record struct BlockHeader(SealHeader Fields, uint Checksum)
{
    public BlockKind Kind => (BlockKind)Fields.Kind;

    public uint StoredLength => Fields.StoredLength;

    /// <summary>Header and stored bytes.</summary>
    public long TotalLength => BlockCodec.HeaderSize + (long)Fields.StoredLength;
}
