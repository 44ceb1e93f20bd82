namespace Cairn.Repository;

/// <summary>Where an entry's record begins: the file's block, and the position in its plain bytes.</summary>
internal readonly record struct EntryLocation(long Block, int Position);
