namespace Cairn.Repository;

/// <summary>There is no such key slot, or it was removed.</summary>
public sealed class KeySlotNotFoundException : RepositoryException
{
    internal KeySlotNotFoundException(string path, uint number)
        : base(RepositoryErrorCode.KeySlotNotFound, path, $"{path}: there is no slot {number} that opens the repository", wayOut: "cairn-agent repository key list names the slots")
    {
    }
}
