namespace Cairn.Agent.Configuration;

/// <summary>What a key is read from.</summary>
internal enum KeySourceKind
{
    /// <summary>A file with a passphrase.</summary>
    PassphraseFile,

    /// <summary>An environment variable with a passphrase.</summary>
    PassphraseVariable,

    /// <summary>A file of 32 bytes.</summary>
    KeyFile,
}
