using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Cairn.Shared.Errors;

/// <summary>
/// The server's one edge: turns exceptions into statuses. What somebody can act on keeps its code, node and way out;
/// anything else is a defect: logged here, once, and told as INTERNAL without its text.
/// </summary>
/// <param name="logger">Where defects go.</param>
/// <param name="identity">The name that failures carry when they name no node; empty on a coordinator.</param>
public sealed class ErrorInterceptor(ILogger<ErrorInterceptor> logger, ServerIdentity identity) : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure) when (Translate(failure, context) is { } answer)
        {
            throw answer;
        }
    }

    /// <inheritdoc/>
    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (Exception failure) when (Translate(failure, context) is { } answer)
        {
            throw answer;
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception failure) when (Translate(failure, context) is { } answer)
        {
            throw answer;
        }
    }

    /// <inheritdoc/>
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception failure) when (Translate(failure, context) is { } answer)
        {
            throw answer;
        }
    }

    private RpcException? Translate(Exception failure, ServerCallContext context)
    {
        switch (failure)
        {
            case CairnException known:
                return RpcErrors.ToRpc(known, identity.Name);
            case RpcException:
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
                return null;
            default:
                ErrorLog.CallFailed(logger, failure, context.Method);
                return RpcErrors.ToRpc(
                    new CairnException(
                        ErrorCode.Internal,
                        $"the call {context.Method} failed inside the server",
                        "look into its log; the entry names this call"),
                    identity.Name);
        }
    }
}
