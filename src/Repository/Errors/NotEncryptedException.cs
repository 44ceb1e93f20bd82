namespace Cairn.Repository;

/// <summary>A key was given, and the repository is not encrypted: nothing written to it would be.</summary>
public sealed class NotEncryptedException : RepositoryException
{
    internal NotEncryptedException(string path)
        : base(RepositoryErrorCode.NotEncrypted, path, $"{path}: the repository is not encrypted, and a key was given", wayOut: "take the encryption out of the configuration, or begin an encrypted repository in another directory")
    {
    }
}
