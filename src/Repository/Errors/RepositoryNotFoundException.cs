namespace Cairn.Repository;

/// <summary>There is no repository at the path, and none may be made.</summary>
public sealed class RepositoryNotFoundException : RepositoryException
{
    internal RepositoryNotFoundException(string path)
        : base(RepositoryErrorCode.NotFound, path, $"{path}: there is no Cairn repository", wayOut: "check the path; a backup makes the repository, reading does not")
    {
    }
}
