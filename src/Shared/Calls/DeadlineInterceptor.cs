using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Cairn.Shared.Calls;

/// <summary>
/// The client's half of deadlines that travel: a call made while serving one has no more time than that one has left, and is
/// cancelled with it. Needs <see cref="ServedCallInterceptor"/> on the server; elsewhere it changes nothing.
/// </summary>
public sealed class DeadlineInterceptor : Interceptor
{
    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        using var bound = BoundCall.To(ServedCall.Current, context.Options);
        return continuation(request, With(context, bound));
    }

    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var bound = BoundCall.To(ServedCall.Current, context.Options);
        var call = continuation(request, With(context, bound));
        bound.ReleaseAfter(call.ResponseAsync);
        return call;
    }

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var bound = BoundCall.To(ServedCall.Current, context.Options);
        var call = continuation(With(context, bound));
        bound.ReleaseAfter(call.ResponseAsync);
        return call;
    }

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var bound = BoundCall.To(ServedCall.Current, context.Options);
        var call = continuation(request, With(context, bound));
        return new AsyncServerStreamingCall<TResponse>(
            call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => bound.End(call));
    }

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var bound = BoundCall.To(ServedCall.Current, context.Options);
        var call = continuation(With(context, bound));
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            call.ResponseStream,
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => bound.End(call));
    }

    private static ClientInterceptorContext<TRequest, TResponse> With<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, BoundCall bound)
        where TRequest : class
        where TResponse : class =>
        new(context.Method, context.Host, bound.Options);
}
