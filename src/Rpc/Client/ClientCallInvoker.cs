using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Makes the calls of a channel.</summary>
internal sealed class ClientCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartSingle(method, host, options, request);
        var response = call.ReadSingleAsync(method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncUnaryCall<TResponse>(
            Observed(response), call.ResponseHeaders, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartSingle(method, host, options, request);
        var responses = new ClientStreamReader<TResponse>(call, method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncServerStreamingCall<TResponse>(
            responses, call.ResponseHeaders, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartStreaming(method, host, options);
        var response = call.ReadSingleAsync(method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            requests, Observed(response), call.ResponseHeaders, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, requests) = StartStreaming(method, host, options);
        var responses = new ClientStreamReader<TResponse>(call, method.ResponseMarshaller.ContextualDeserializer);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            requests, responses, call.ResponseHeaders, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientCall StartSingle<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        var call = new ClientCall(channel, method, host, options);
        try
        {
            var compressor = call.CompressorFor(options.WriteOptions);
            var message = OutgoingMessage.Create(
                request, method.RequestMarshaller.ContextualSerializer, channel.MaxSendMessageSize, compressor);
            call.Start(new SingleMessageContent(message));
        }
        catch (RpcException failure)
        {
            call.Finish(failure.Status, failure.Trailers);
        }
        catch
        {
            // For example a token whose source is disposed. The channel must not keep a call that never began.
            call.Dispose();
            throw;
        }

        return call;
    }

    private (ClientCall Call, ClientStreamWriter<TRequest> Requests) StartStreaming<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class
    {
        var call = new ClientCall(channel, method, host, options);
        var content = new StreamingContent();
        var requests = new ClientStreamWriter<TRequest>(
            call, content, method.RequestMarshaller.ContextualSerializer, channel.MaxSendMessageSize);
        try
        {
            call.Start(content);
        }
        catch
        {
            call.Dispose();
            throw;
        }

        return (call, requests);
    }

    // A caller may drop the call without awaiting the response; its failure is no one else's business then.
    private static Task<T> Observed<T>(Task<T> task)
    {
        _ = task.ContinueWith(
            static done => _ = done.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task;
    }
}
