namespace Cairn.Repository;

/// <summary>The path holds something that is no Cairn repository; nothing was touched.</summary>
public sealed class RepositoryPathNotOursException : RepositoryException
{
    internal RepositoryPathNotOursException(string path, string found)
        : base(RepositoryErrorCode.PathNotOurs, path, $"{path}: {found}; this is not a Cairn repository", wayOut: "name an empty directory, or one that does not exist yet")
    {
    }
}
