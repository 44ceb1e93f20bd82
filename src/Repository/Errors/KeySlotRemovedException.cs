namespace Cairn.Repository;

/// <summary>The key that was given is that of a slot that was removed.</summary>
public sealed class KeySlotRemovedException : RepositoryException
{
    internal KeySlotRemovedException(string path, KeySlot slot)
        : base(RepositoryErrorCode.KeySlotRemoved, path, $"{path}: this key was that of slot {slot.Number} ('{slot.Label}'), which was removed at {slot.Removed:u}", wayOut: "give the key of a slot that is still there")
    {
    }
}
