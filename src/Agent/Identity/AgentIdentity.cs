using Cairn.Agent.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;

namespace Cairn.Agent.Identity;

/// <summary>Who this agent is, and which coordinator it obeys: both stand in one file, or are the operator's own.</summary>
internal static class AgentIdentity
{
    /// <summary>Opens the identity.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.NotEnrolled"/>; <see cref="ErrorCode.KeyExposed"/>; <see cref="ErrorCode.AuthorityUnusable"/>;
    /// <see cref="ErrorCode.CertificateUnfit"/> when the certificate names somebody else.
    /// </exception>
    public static IdentityStore Open(AgentSettings settings, TimeProvider time)
    {
        var store = new IdentityStore(() => Load(settings));
        var now = time.GetUtcNow();
        return store.Current.Certificate!.NotAfter.ToUniversalTime() > now
            ? store
            : throw new CairnException(
                ErrorCode.CertificateExpired,
                $"{settings.Node}: this agent's certificate ended at {store.Current.Certificate.NotAfter.ToUniversalTime():yyyy-MM-ddTHH:mm:ssZ}, "
                + $"and the clock of this host says {now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}",
                $"set the clock right if it is wrong; else 'cairn node token {settings.Node}', then 'cairn-agent enrol'",
                settings.Node);
    }

    /// <summary>What is there; null when the agent was never enrolled.</summary>
    /// <exception cref="CairnException">It is there and cannot be used.</exception>
    public static LocalIdentity? Find(AgentSettings settings) =>
        SecretFiles.Read(IdentityFiles.Bundle(settings)) is { } bundle ? RequireOwn(settings, LocalIdentity.OfBundle(bundle)) : null;

    private static LocalIdentity Load(AgentSettings settings)
    {
        if (settings.Tls is { } own)
        {
            return RequireOwn(settings, LocalIdentity.OfOwnAuthority(
                SecretFiles.ReadPublic(own.Ca),
                SecretFiles.ReadPublic(own.Certificate),
                SecretFiles.Read(own.Key) ?? "",
                own.CoordinatorName));
        }

        return Find(settings) ?? throw new CairnException(
            ErrorCode.NotEnrolled,
            $"{settings.Node}: this agent has no certificate of its coordinator",
            $"'cairn node token {settings.Node}' on the coordinator's side, then 'cairn-agent enrol --config F --token FILE' here, "
            + "or 'join-token-file:' in its configuration",
            settings.Node);
    }

    // With another node's certificate it would be refused by the coordinator at every call; better to say so at once.
    private static LocalIdentity RequireOwn(AgentSettings settings, LocalIdentity identity)
    {
        var wanted = new PeerIdentity(CallerKind.Node, settings.Node);
        var named = identity.Naming.Identify(identity.Certificate!);
        return named == wanted
            ? identity
            : throw new CairnException(
                ErrorCode.CertificateUnfit,
                $"{settings.Node}: the agent's certificate is not for {wanted} but for {named?.ToString() ?? "nobody of this system"}",
                "let 'node:' in the configuration be the name in the certificate, or enrol anew",
                settings.Node);
    }
}
