namespace Cairn.Repository;

/// <summary>No key slot of the repository opens with the key that was given, and none ever did.</summary>
public sealed class KeyWrongException : RepositoryException
{
    internal KeyWrongException(string path, RepositoryKeyKind kind, int slots)
        : base(RepositoryErrorCode.KeyWrong, path, $"{path}: none of {slots} key slots opens with this {(kind == RepositoryKeyKind.Passphrase ? "passphrase" : "key file")}", wayOut: "give the passphrase or the key file of one of the slots (cairn-agent repository key list)")
    {
    }
}
