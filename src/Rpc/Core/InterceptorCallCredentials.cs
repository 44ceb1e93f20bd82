namespace Grpc.Core;

/// <summary>Credentials made by a callback.</summary>
internal sealed class InterceptorCallCredentials(AsyncAuthInterceptor interceptor) : CallCredentials
{
    internal override Task ApplyAsync(AuthInterceptorContext context, Metadata metadata) =>
        interceptor(context, metadata);
}
