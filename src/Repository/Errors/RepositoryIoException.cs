namespace Cairn.Repository;

/// <summary>The operating system refused an operation.</summary>
public sealed class RepositoryIoException : RepositoryException
{
    internal RepositoryIoException(string path, string operation, string finding, Exception? inner = null)
        : base(RepositoryErrorCode.Io, path, $"{path}: {operation} failed: {finding}", wayOut: "check the rights, the mount and the disk", inner)
    {
    }
}
