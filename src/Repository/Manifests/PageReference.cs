namespace Cairn.Repository;

/// <summary>One page of a manifest: where it is, and how many entries begin in it.</summary>
internal readonly record struct PageReference(SegmentReference Record, uint Entries);
