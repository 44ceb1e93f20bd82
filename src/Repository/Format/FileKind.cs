namespace Cairn.Repository;

/// <summary>What a binary file of the repository is; the first eight bytes say it.</summary>
internal enum FileKind
{
    Pack,
    Manifest,
    Commit,
    Journal,
    Tombstone,
    KeySlot,
    ChainKey,
}
