namespace Cairn.Repository;

/// <summary>The last slot that opens a repository is never removed.</summary>
public sealed class LastKeySlotException : RepositoryException
{
    internal LastKeySlotException(string path, uint number)
        : base(RepositoryErrorCode.LastKeySlot, path, $"{path}: slot {number} is the last that opens the repository; without it all that is in it would be lost", wayOut: "add another slot first")
    {
    }
}
