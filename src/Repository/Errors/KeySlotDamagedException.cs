namespace Cairn.Repository;

/// <summary>A key slot is damaged, and no other opens with the key that was given.</summary>
public sealed class KeySlotDamagedException : RepositoryException
{
    internal KeySlotDamagedException(string path, string finding, Exception? inner = null)
        : base(RepositoryErrorCode.KeySlotDamaged, path, $"{path}: {finding}", wayOut: "give the key of another slot, or bring the slot's file back from a copy of the directory keys", inner)
    {
    }
}
