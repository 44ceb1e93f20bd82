namespace Cairn.Repository;

/// <summary>What a record in a pack holds.</summary>
internal enum RecordKind : byte
{
    /// <summary>A piece of a file.</summary>
    Segment = 1,

    /// <summary>Entries of manifests.</summary>
    Page = 2,

    /// <summary>Pieces of one large file.</summary>
    PieceList = 3,
}
