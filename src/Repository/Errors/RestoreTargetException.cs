namespace Cairn.Repository;

/// <summary>The restore's target cannot be used; nothing was written.</summary>
public sealed class RestoreTargetException : RepositoryException
{
    internal RestoreTargetException(string path, string finding)
        : base(RepositoryErrorCode.RestoreTarget, path, $"{path}: {finding}", wayOut: "name an absolute path of an empty or absent directory whose parent is there")
    {
    }
}
