using System.Security.Cryptography.X509Certificates;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Identity;

/// <summary>What hosts and admins ask about certificates.</summary>
internal sealed class IdentityRequests(
    CoordinatorIdentity identity,
    JoinTokens tokens,
    Revocations revocations,
    UserTable users,
    AgentChannels channels,
    CoordinatorLimits limits,
    ILogger<IdentityRequests> logger)
{
    private static readonly TimeSpan StandardTtl = TimeSpan.FromHours(1);

    /// <summary>A host's first certificate.</summary>
    /// <exception cref="CairnException">As <see cref="JoinTokens.Redeem"/>; <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public CertificateResponse Enrol(EnrolRequest request)
    {
        var authority = identity.RequireAuthority();
        var node = Names.Require(request.Node, "node");
        var token = JoinToken.Parse(request.Token);

        // Signed before the token is used up: a request that cannot be signed must not cost it. Nobody sees it until then.
        using var certificate = authority.Sign(
            new PeerIdentity(CallerKind.Node, node),
            request.SigningRequest.Span,
            limits.Certificate,
            revocations.EarliestFor(node));
        tokens.Redeem(token, node, certificate.PublicKey);
        return Answer(node, certificate, authority);
    }

    /// <summary>A node's next certificate; that the caller is this node has been checked.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public CertificateResponse Renew(RenewCertificateRequest request)
    {
        var authority = identity.RequireAuthority();
        var node = Names.Require(request.Node, "node");
        using var certificate = authority.Sign(
            new PeerIdentity(CallerKind.Node, node),
            request.SigningRequest.Span,
            limits.Certificate,
            revocations.EarliestFor(node));
        return Answer(node, certificate, authority);
    }

    /// <summary>A certificate for a user, instead of a token.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownUser"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public CertificateResponse CertifyUser(CertifyUserRequest request)
    {
        var authority = identity.RequireAuthority();
        var user = users.Require(Names.Require(request.User, "user")).Name;
        using var certificate = authority.Sign(
            new PeerIdentity(CallerKind.User, user),
            request.SigningRequest.Span,
            limits.Certificate,
            revocations.EarliestForUser(user));
        return Answer(user, certificate, authority);
    }

    /// <summary>A join token, told once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public CreateJoinTokenResponse CreateToken(CreateJoinTokenRequest request)
    {
        var authority = identity.RequireAuthority();
        var node = Names.Require(request.Node, "node");
        var seconds = Math.Clamp(request.TtlSeconds, 0, (long)JoinTokens.Longest.TotalSeconds + 1);
        var ttl = request.TtlSeconds == 0 ? StandardTtl : TimeSpan.FromSeconds(seconds);
        var (token, expires) = tokens.Create(node, ttl, authority);
        IdentityLog.TokenMade(logger, node, expires);
        return new CreateJoinTokenResponse
        {
            Token = token.ToText(),
            Expires = expires.ToTimestamp(),
            AuthorityFingerprint = authority.Fingerprint,
        };
    }

    /// <summary>Revokes a node: refused at its next call, and not called any more.</summary>
    public RevokeNodeResponse Revoke(RevokeNodeRequest request)
    {
        var node = Names.Require(request.Node, "node");
        var (at, voided) = revocations.Revoke(node);
        channels.Close(node);
        IdentityLog.Revoked(logger, node, at, voided);
        return new RevokeNodeResponse { RevokedAt = at.ToTimestamp(), VoidedTokens = voided };
    }

    /// <summary>The authority, sealed.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>: the passphrase is too short.</exception>
    public BackupAuthorityResponse BackUp(BackupAuthorityRequest request)
    {
        var authority = identity.RequireAuthority();
        var contents = new AuthorityContents { Authority = authority.ExportSecret() };
        foreach (var (node, at) in revocations.All())
        {
            contents.Revocations.Add(new NodeRevocation { Node = node, RevokedAt = at.ToTimestamp() });
        }

        return new BackupAuthorityResponse
        {
            Sealed = AuthoritySeal.Seal(contents, request.Passphrase),
            AuthorityId = authority.Id,
            AuthorityFingerprint = authority.Fingerprint,
        };
    }

    private CertificateResponse Answer(
        string node,
        X509Certificate2 certificate,
        CertificateAuthority authority)
    {
        DateTimeOffset notAfter = certificate.NotAfter.ToUniversalTime();
        IdentityLog.Issued(logger, node, notAfter, certificate.SerialNumber);
        return new CertificateResponse
        {
            Certificates = certificate.ExportCertificatePem() + "\n" + authority.Pem,
            NotAfter = notAfter.ToTimestamp(),
        };
    }
}
