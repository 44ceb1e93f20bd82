using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cairn.Shared.Identifiers;

namespace Cairn.Coordinator.Users;

/// <summary>
/// A user's token: <c>cairn-user.NAME.SECRET</c>, where SECRET is 256 random bits in base64url. The coordinator keeps only
/// its SHA-256; with that many random bits there is nothing that a slow hash would add.
/// </summary>
internal static class UserToken
{
    private const string Prefix = "cairn-user.";
    private const int SecretBytes = 32;
    private const int MaxLength = 256;

    /// <summary>A new token for <paramref name="name"/>.</summary>
    public static string New(string name)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secret);
        return $"{Prefix}{name}.{Base64Url.EncodeToString(secret)}";
    }

    /// <summary>What the catalog keeps of a token.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Compares in a time that does not depend on how much is alike.</summary>
    public static bool Matches(string token, ReadOnlySpan<byte> hash) =>
        CryptographicOperations.FixedTimeEquals(Hash(token), hash);

    /// <summary>The user that the token names; null when it is no token. Says nothing about whether it is good.</summary>
    public static string? NameIn(string token)
    {
        // Names may hold dots; the secret holds none.
        var end = token.LastIndexOf('.');
        if (token.Length > MaxLength || end < Prefix.Length || !token.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = token[Prefix.Length..end];
        return Names.IsValid(name) ? name : null;
    }
}
