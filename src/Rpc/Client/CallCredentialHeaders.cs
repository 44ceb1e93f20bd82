using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Asks the credentials of channel and call for their headers.</summary>
internal static class CallCredentialHeaders
{
    /// <exception cref="RpcException">UNAUTHENTICATED: a callback failed.</exception>
    public static async Task<Metadata> CreateAsync(
        GrpcChannel channel, IMethod method, CallCredentials? ofCall, CancellationToken cancellationToken)
    {
        if (channel.Credentials.CallCredentials is null && ofCall is null)
        {
            return Metadata.Empty;
        }

        var metadata = new Metadata();
        var context = new AuthInterceptorContext(
            channel.Address.GetLeftPart(UriPartial.Authority) + "/" + method.ServiceName, method.Name, cancellationToken);
        foreach (var credentials in new[] { channel.Credentials.CallCredentials, ofCall })
        {
            if (credentials is not null)
            {
                await ApplyAsync(credentials, context, metadata).ConfigureAwait(false);
            }
        }

        return metadata;
    }

    private static async Task ApplyAsync(CallCredentials credentials, AuthInterceptorContext context, Metadata metadata)
    {
        try
        {
            await credentials.ApplyAsync(context, metadata).ConfigureAwait(false);
        }
        catch (Exception failure) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The call's credentials could not be made.", failure));
        }
    }
}
