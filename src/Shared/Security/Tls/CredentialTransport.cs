using Cairn.Shared.Errors;
using Cairn.Shared.Security.Certificates;
using Grpc.Core;
using Grpc.Net.Client;

namespace Cairn.Shared.Security.Tls;

/// <summary>How somebody who has a credential file calls the coordinator.</summary>
public static class CredentialTransport
{
    /// <summary>Options of a channel that talks to the credential's coordinator only, and shows token or certificate.</summary>
    /// <param name="credential">Who asks, and whom to believe.</param>
    /// <param name="makeHandler">A new handler with everything but TLS; owned by the channel.</param>
    /// <param name="time">For the term of the coordinator's certificate.</param>
    /// <exception cref="CairnException">Something that the credential names cannot be used.</exception>
    public static GrpcChannelOptions ChannelOptions(
        CredentialOptions credential, Func<SocketsHttpHandler> makeHandler, TimeProvider time)
    {
        var identity = LocalIdentity.OfClient(
            CredentialFile.CaOf(credential),
            credential.CoordinatorName.Length == 0 ? null : credential.CoordinatorName,
            credential.Certificate.Length == 0 ? null : SecretFiles.ReadPublic(credential.Certificate),
            credential.Key.Length == 0 ? null : SecretFiles.Read(credential.Key));
        return new GrpcChannelOptions
        {
            Credentials = CredentialsOf(credential),
            HttpHandler = new ClientTlsHandler(
                new IdentityStore(() => identity), own => own.Naming.Coordinator, makeHandler, time),
            DisposeHttpClient = true,
        };
    }

    private static ChannelCredentials CredentialsOf(CredentialOptions credential)
    {
        if (credential.Token.Length == 0)
        {
            return ChannelCredentials.SecureSsl;
        }

        var bearer = $"Bearer {credential.Token}";
        return ChannelCredentials.Create(
            ChannelCredentials.SecureSsl,
            CallCredentials.FromInterceptor((_, headers) =>
            {
                headers.Add("authorization", bearer);
                return Task.CompletedTask;
            }));
    }
}
