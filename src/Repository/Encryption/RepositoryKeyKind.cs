namespace Cairn.Repository;

/// <summary>What opens a key slot.</summary>
public enum RepositoryKeyKind
{
    /// <summary>Something that a person chose: made expensive to guess.</summary>
    Passphrase = 1,

    /// <summary>32 random bytes in a file.</summary>
    KeyFile = 2,
}
