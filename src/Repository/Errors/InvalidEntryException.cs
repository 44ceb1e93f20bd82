namespace Cairn.Repository;

/// <summary>A source offered an entry that breaks a rule: its path, a duplicate, a bound.</summary>
public sealed class InvalidEntryException : RepositoryException
{
    internal InvalidEntryException(string path, string finding)
        : base(RepositoryErrorCode.InvalidEntry, path, $"entry '{path}': {finding}", wayOut: "this is a fault of the engine driver or of its configuration: report it")
    {
    }
}
