namespace Cairn.Repository;

/// <summary>What a block holds.</summary>
internal enum BlockKind : byte
{
    PackHeader = 1,
    PointHeader = 2,
    Properties = 3,

    /// <summary>Entries of a journal. Those of a manifest are pages, which are records in packs.</summary>
    Entries = 4,
    Summary = 5,
    CommitRecord = 6,
    Tombstone = 7,

    /// <summary>Where a manifest's pages are.</summary>
    PageTable = 8,

    /// <summary>Source trouble that was allowed.</summary>
    SourceNotes = 9,

    /// <summary>A key slot.</summary>
    KeySlot = 10,

    /// <summary>A chain's wrapped key.</summary>
    ChainKey = 11,

    /// <summary>A whole file, sealed: its bytes as they would be without encryption.</summary>
    Sealed = 12,

    /// <summary>The segments that a point itself has stored.</summary>
    NewSegments = 13,
}
