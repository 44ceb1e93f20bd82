namespace Cairn.Repository;

/// <summary>The repository is encrypted, and no key was given.</summary>
public sealed class KeyRequiredException : RepositoryException
{
    internal KeyRequiredException(string path)
        : base(RepositoryErrorCode.KeyRequired, path, $"{path}: the repository is encrypted, and no passphrase or key file was given", wayOut: "name a passphrase file or a key file in the agent's configuration (encryption)")
    {
    }
}
