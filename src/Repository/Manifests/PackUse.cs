namespace Cairn.Repository;

/// <summary>What a point needs of one pack: the bytes of the records that it names, and the length that the pack must have for them.</summary>
internal readonly record struct PackUse(uint Pack, long LiveBytes, long RequiredLength);
