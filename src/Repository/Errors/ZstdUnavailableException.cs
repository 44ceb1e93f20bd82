namespace Cairn.Repository;

/// <summary>The system has no usable libzstd.</summary>
public sealed class ZstdUnavailableException : RepositoryException
{
    internal ZstdUnavailableException(string finding, Exception? inner = null)
        : base(RepositoryErrorCode.ZstdUnavailable, "libzstd.so.1", $"libzstd.so.1: {finding}", wayOut: "install the package libzstd1 (Debian, Ubuntu) or libzstd (Fedora, RHEL), version 1.4 or newer", inner)
    {
    }
}
