namespace Cairn.Repository;

/// <summary>Another process (or another handle in this one) writes to the repository.</summary>
public sealed class RepositoryLockedException : RepositoryException
{
    internal RepositoryLockedException(string path)
        : base(RepositoryErrorCode.Locked, path, $"{path}: another process has the repository open for writing", wayOut: "stop the other agent, or open the repository read-only")
    {
    }
}
