namespace Cairn.Repository;

/// <summary>The repository was opened read-only and the call would change it.</summary>
public sealed class RepositoryReadOnlyException : RepositoryException
{
    internal RepositoryReadOnlyException(string path)
        : base(RepositoryErrorCode.ReadOnly, path, $"{path}: the repository is open read-only", wayOut: "let the agent that owns the repository do it")
    {
    }
}
