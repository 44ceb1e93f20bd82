namespace Cairn.Repository;

/// <summary>What a deletion freed.</summary>
/// <param name="PacksDeleted">Packs that nothing named any more.</param>
/// <param name="BytesFreed">Bytes of these packs, and of record and manifest.</param>
/// <param name="PacksKept">Packs of the chain that other points name.</param>
/// <param name="DeadBytesKept">Bytes in kept packs that no point names; they go with the chain.</param>
/// <param name="Chain">The chain, which is gone when this was its last point; null when this node had not got the point.</param>
/// <param name="ChainDeleted">Whether the chain went.</param>
public sealed record DeleteReport(ChainId? Chain, bool ChainDeleted, int PacksDeleted, long BytesFreed, int PacksKept, long DeadBytesKept);
