using System.Security.Cryptography;
using Cairn.Agent.Configuration;
using Cairn.Agent.Native;
using Cairn.Agent.Registration;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Certificates;
using Cairn.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Cairn.Agent.Identity;

/// <summary>
/// Gets this host its first certificate: the key is made here and stays here; the join token says whom to believe. A
/// repetition after a lost answer uses the same key, so that it is answered again.
/// </summary>
internal sealed class Enrolment(AgentSettings settings, TimeProvider time)
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Enrols; returns when the certificate is durable.</summary>
    /// <param name="tokenText">The join token.</param>
    /// <param name="adopting">
    /// True when the owner of this host says that the agent is to obey another coordinator from now on; else one that obeys
    /// a coordinator already is not enrolled at another.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="CairnException">
    /// What the coordinator answers; <see cref="ErrorCode.PeerUntrusted"/>; <see cref="ErrorCode.NotMyCoordinator"/>;
    /// <see cref="ErrorCode.PermissionMissing"/> when this user is not the owner of the agent's state.
    /// </exception>
    public async Task<LocalIdentity> EnrolAsync(string tokenText, bool adopting, CancellationToken cancellationToken)
    {
        var token = JoinToken.Parse(tokenText);
        RequireForThisNode(token);
        RequireOwner();
        var trusted = LocalIdentity.OfClient(token.AuthorityPem(), coordinatorName: null, certificatePem: null, keyPem: null);
        if (!adopting && SecretFiles.Read(IdentityFiles.Bundle(settings)) is { } bundle)
        {
            RequireSame(LocalIdentity.OfBundle(bundle), trusted);
        }

        Directory.CreateDirectory(settings.StateDirectory);
        SecretFiles.EnsureDirectory(IdentityFiles.DirectoryOf(settings));
        using var request = PendingRequest();
        var answer = await AskAsync(trusted, tokenText, request, cancellationToken);
        var made = request.BundleWith(answer.Certificates);
        var identity = RequireUsable(made, trusted);
        SecretFiles.Publish(IdentityFiles.Bundle(settings), made);
        File.Delete(IdentityFiles.PendingKey(settings));
        return identity;
    }

    private KeyRequest PendingRequest()
    {
        var path = IdentityFiles.PendingKey(settings);
        if (SecretFiles.Read(path) is { } kept)
        {
            try
            {
                return KeyRequest.Of(settings.Node, kept);
            }
            catch (Exception failure) when (failure is ArgumentException or CryptographicException)
            {
                // Nothing was ever signed for a key that cannot be read; a new one takes its place.
                File.Delete(path);
            }
        }

        var request = new KeyRequest(settings.Node);
        SecretFiles.Publish(path, request.KeyPem);
        return request;
    }

    private async Task<CertificateResponse> AskAsync(
        LocalIdentity trusted, string token, KeyRequest request, CancellationToken cancellationToken)
    {
        using var channel = CoordinatorChannel.Open(settings.Coordinator, new IdentityStore(() => trusted), time);
        try
        {
            return await new V1.Identity.IdentityClient(channel).EnrolAsync(
                new EnrolRequest
                {
                    Token = token.Trim(),
                    Node = settings.Node,
                    SigningRequest = ByteString.CopyFrom(request.SigningRequest),
                },
                deadline: (time.GetUtcNow() + CallDeadline).UtcDateTime,
                cancellationToken: cancellationToken);
        }
        catch (RpcException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw RpcErrors.FromRpc(failure, ErrorCode.CoordinatorUnreachable, settings.Coordinator.ToString());
        }
        catch (RpcException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    // What came must be of the authority that the token named, for this node.
    private LocalIdentity RequireUsable(string bundle, LocalIdentity trusted)
    {
        var identity = LocalIdentity.OfBundle(bundle);
        var (named, refusal) = new PeerCertificate(identity.Certificate!, [])
            .Judge(trusted, TrustedAuthority.ClientUse, time.GetUtcNow());
        if (refusal is not null)
        {
            throw refusal.ToFailure();
        }

        return named == new PeerIdentity(CallerKind.Node, settings.Node)
            ? identity
            : throw new CairnException(
                ErrorCode.CertificateUnfit,
                $"{settings.Node}: the coordinator answered with a certificate for {named}",
                "bring coordinator and agent to the same version",
                settings.Node);
    }

    private void RequireForThisNode(JoinToken token)
    {
        if (token.Node != settings.Node)
        {
            throw new CairnException(
                ErrorCode.JoinTokenInvalid,
                $"the join token is for node '{token.Node}', and this agent is '{settings.Node}'",
                $"'cairn node token {settings.Node}' makes one for this node",
                settings.Node);
        }
    }

    // Its files would belong to somebody else, and it is the owner's word that binds an agent.
    private void RequireOwner()
    {
        var state = NativeFiles.Look(settings.StateDirectory);
        if (state.Kind != FileKind.Missing && state.UserId != NativeFiles.UserId)
        {
            throw new CairnException(
                ErrorCode.PermissionMissing,
                $"{settings.Node}: '{settings.StateDirectory}' belongs to user {state.UserId}, and this is user {NativeFiles.UserId}",
                $"run it as the agent's user: sudo -u '#{state.UserId}' cairn-agent …",
                settings.Node,
                settings.StateDirectory);
        }
    }

    private void RequireSame(LocalIdentity present, LocalIdentity wanted)
    {
        if (present.Naming.Coordinator != wanted.Naming.Coordinator)
        {
            throw new CairnException(
                ErrorCode.NotMyCoordinator,
                $"{settings.Node}: this agent obeys {present.Naming.Coordinator}, and the token is of {wanted.Naming.Coordinator}",
                "if it is to obey the new one from now on: 'cairn-agent adopt --config F --token FILE'",
                settings.Node);
        }
    }
}
