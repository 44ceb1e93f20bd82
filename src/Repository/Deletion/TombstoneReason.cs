namespace Cairn.Repository;

/// <summary>Why a point may never come back.</summary>
internal enum TombstoneReason : byte
{
    Deleted = 1,
    Aborted = 2,
}
