namespace Cairn.Agent.Configuration;

/// <summary>
/// What the repository is encrypted with; one of the three, or none for a repository that is not encrypted. It cannot be changed afterwards: an
/// unencrypted repository stays so, and keys of an encrypted one are changed with <c>cairn-agent repository key</c>.
/// </summary>
public sealed class EncryptionOptions
{
    /// <summary>Absolute path of a file that holds a passphrase of 8 to 1024 bytes; a line end behind it does not count.</summary>
    public string PassphraseFile { get; set; } = "";

    /// <summary>Name of the environment variable that holds the passphrase.</summary>
    public string PassphraseVariable { get; set; } = "";

    /// <summary>Absolute path of a file of 32 random bytes.</summary>
    public string KeyFile { get; set; } = "";
}
