using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cairn.Shared.Calls;

/// <summary>
/// The server's half of deadlines that travel: what a method calls while it serves a call knows that call. The other half is
/// <see cref="DeadlineInterceptor"/>.
/// </summary>
public sealed class ServedCallInterceptor : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        ServedCall.ServeAsync(context, () => continuation(request, context));

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        ServedCall.ServeAsync(context, () => continuation(requestStream, context));

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        ServedCall.ServeAsync(context, () => Done(continuation(request, responseStream, context)));

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        ServedCall.ServeAsync(context, () => Done(continuation(requestStream, responseStream, context)));

    private static async Task<bool> Done(Task method)
    {
        await method;
        return true;
    }
}
