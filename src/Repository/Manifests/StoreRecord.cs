namespace Cairn.Repository;

/// <summary>Stores a record, or finds that the chain has it; where it is.</summary>
internal delegate SegmentReference StoreRecord(RecordKind kind, ReadOnlySpan<byte> plain);
