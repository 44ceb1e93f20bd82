namespace Cairn.Repository;

/// <summary>The file system that was written to is full, or a quota is reached.</summary>
public sealed class RepositoryFullException : RepositoryException
{
    internal RepositoryFullException(string path, Exception? inner = null)
        : base(RepositoryErrorCode.NoSpace, path, $"{path}: no space left", wayOut: "free space or delete old points, then repeat", inner)
    {
    }
}
