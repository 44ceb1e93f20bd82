using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;

namespace Cairn.Coordinator.Identity;

/// <summary>Makes join tokens and takes them back, each once. The catalog has the hashes of their secrets only.</summary>
internal sealed class JoinTokens(CoordinatorCatalog catalog, TimeProvider time)
{
    /// <summary>The shortest and longest that a token may be good for.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <inheritdoc cref="Shortest"/>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    // So that somebody who comes too late is told what is wrong, not that there never was such a token.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Makes a token; it is told once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: the time is out of range.</exception>
    public (JoinToken Token, DateTimeOffset Expires) Create(string node, TimeSpan ttl, CertificateAuthority authority)
    {
        if (ttl < Shortest || ttl > Longest)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"a join token cannot be good for {ttl}",
                "give it from one minute to seven days");
        }

        var token = JoinToken.Create(node, authority.Certificate);
        var expires = time.GetUtcNow() + ttl;
        catalog.Identity.AddToken(token.Id, node, token.SecretHash(), expires);
        return (token, expires);
    }

    /// <summary>
    /// Takes a token for a node and a key; from here on it is used. The same key may come again while the token is good, so
    /// that an answer that got lost on its way costs nothing.
    /// </summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.JoinTokenInvalid"/>, <see cref="ErrorCode.JoinTokenExpired"/>, <see cref="ErrorCode.JoinTokenUsed"/>.
    /// </exception>
    public void Redeem(JoinToken token, string node, PublicKey key)
    {
        var known = catalog.Identity.FindToken(token.Id);
        if (known is null || !CryptographicOperations.FixedTimeEquals(known.SecretHash, token.SecretHash()))
        {
            throw new CairnException(
                ErrorCode.JoinTokenInvalid,
                "the join token is not one of this coordinator, or its node was revoked after it was made",
                "'cairn node token NODE' makes one");
        }

        if (known.Node != node)
        {
            throw new CairnException(
                ErrorCode.JoinTokenInvalid,
                $"the join token is for node '{known.Node}', and '{node}' showed it",
                $"'cairn node token {node}' makes one for this node");
        }

        if (time.GetUtcNow() >= known.Expires)
        {
            throw new CairnException(
                ErrorCode.JoinTokenExpired,
                $"the join token for node '{node}' was good until {known.Expires:yyyy-MM-ddTHH:mm:ssZ}",
                $"'cairn node token {node}' makes a new one");
        }

        if (!catalog.Identity.UseToken(token.Id, SHA256.HashData(key.ExportSubjectPublicKeyInfo())))
        {
            throw new CairnException(
                ErrorCode.JoinTokenUsed,
                $"the join token for node '{node}' was used before, with another key",
                $"if that was not you, 'cairn node revoke {node}'; 'cairn node token {node}' makes a new one");
        }
    }

    /// <summary>Forgets tokens that ended long ago.</summary>
    public void Forget() => catalog.Identity.ForgetTokens(time.GetUtcNow() - Remembered);
}
