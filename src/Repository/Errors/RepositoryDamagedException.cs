namespace Cairn.Repository;

/// <summary>A structure of the repository (marker, manifest, commit record, journal…) is damaged.</summary>
public sealed class RepositoryDamagedException : RepositoryException
{
    internal RepositoryDamagedException(string path, string finding, Exception? inner = null)
        : base(RepositoryErrorCode.Damaged, path, $"{path}: {finding}", wayOut: "verify the other points of the chain, restore from another one, and take a full backup", inner)
    {
    }
}
