namespace Cairn.Repository;

/// <summary>A passphrase or key file cannot be read, or holds neither.</summary>
public sealed class KeyMaterialException : RepositoryException
{
    internal KeyMaterialException(string origin, string finding, Exception? inner = null)
        : base(RepositoryErrorCode.KeyMaterial, origin, $"{origin}: {finding}", wayOut: "correct the path, the right to read it, or what it holds", inner)
    {
    }
}
