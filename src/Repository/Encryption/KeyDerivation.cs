using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>How the key of a slot comes out of what the operator holds.</summary>
internal enum KeyDerivationKind : byte
{
    Pbkdf2Sha256 = 1,
    Pbkdf2Sha512 = 2,
    HkdfSha256 = 3,
}

/// <summary>
/// The parameters of one slot's derivation. Passphrases are stretched with PBKDF2-HMAC-SHA-512 at 210 000 iterations, which is OWASP's
/// recommendation of 2023 for it (600 000 for SHA-256); key files are random already, and go through HKDF alone.
/// </summary>
internal readonly record struct KeyDerivation(KeyDerivationKind Kind, uint Iterations)
{
    public const int SaltBytes = 32;
    public const int CheckBytes = 16;
    public const int KeyBytes = 32;

    private const uint MinIterations = 100_000;

    /// <summary>A hostile slot must not keep us busy for hours.</summary>
    private const uint MaxIterations = 20_000_000;

    /// <summary>What a new slot of this kind uses.</summary>
    public static KeyDerivation For(RepositoryKeyKind kind) => kind == RepositoryKeyKind.Passphrase
        ? new KeyDerivation(KeyDerivationKind.Pbkdf2Sha512, 210_000)
        : new KeyDerivation(KeyDerivationKind.HkdfSha256, 0);

    /// <summary>Null when a slot of this kind may say so.</summary>
    public string? FindFault(RepositoryKeyKind kind) => (kind, Kind) switch
    {
        (RepositoryKeyKind.Passphrase, KeyDerivationKind.Pbkdf2Sha256 or KeyDerivationKind.Pbkdf2Sha512) =>
            Iterations is >= MinIterations and <= MaxIterations ? null : $"{Iterations} iterations are not {MinIterations} to {MaxIterations}",
        (RepositoryKeyKind.KeyFile, KeyDerivationKind.HkdfSha256) when Iterations == 0 => null,
        _ => $"derivation {(int)Kind} with {Iterations} iterations is none for a key of kind {(int)kind}",
    };

    /// <summary>
    /// Derives the key that wraps the master key, and the check that tells whether the operator's key is the slot's without saying anything
    /// about the wrapping key.
    /// </summary>
    public SecretBytes Derive(RepositoryKey key, ReadOnlySpan<byte> salt, Span<byte> check)
    {
        using var root = new SecretBytes(KeyBytes);
        switch (Kind)
        {
            case KeyDerivationKind.Pbkdf2Sha256:
                Rfc2898DeriveBytes.Pbkdf2(key.Material, salt, root.Span, (int)Iterations, HashAlgorithmName.SHA256);
                break;
            case KeyDerivationKind.Pbkdf2Sha512:
                Rfc2898DeriveBytes.Pbkdf2(key.Material, salt, root.Span, (int)Iterations, HashAlgorithmName.SHA512);
                break;
            case KeyDerivationKind.HkdfSha256:
                HKDF.Extract(HashAlgorithmName.SHA256, key.Material, salt, root.Span);
                break;
            default:
                throw new InvalidOperationException($"derivation {Kind} is unknown");
        }

        HKDF.Expand(HashAlgorithmName.SHA256, root.Span, check, "cairn slot check"u8);
        var wrapping = new SecretBytes(KeyBytes);
        HKDF.Expand(HashAlgorithmName.SHA256, root.Span, wrapping.Span, "cairn slot wrapping key"u8);
        return wrapping;
    }
}
