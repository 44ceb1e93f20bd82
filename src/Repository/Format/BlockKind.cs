namespace Cairn.Repository;

/// <summary>What a block holds.</summary>
internal enum BlockKind : byte
{
    PackHeader = 1,
    PointHeader = 2,
    Properties = 3,
    Entries = 4,
    Summary = 5,
    CommitRecord = 6,
    Tombstone = 7,
}
