using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves a duplex streaming method.</summary>
internal sealed class DuplexStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServerSettings settings,
    ServiceActivator<TService> activator,
    DuplexStreamingInvoker<TService, TRequest, TResponse> invoke)
    : ServerCallHandler<TService, TRequest, TResponse>(method, settings, activator)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task ServeAsync(ServerCall call)
    {
        var requests = new ServerStreamReader<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        var responses = new ServerStreamWriter<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        await InterceptedAsync<DuplexStreamingServerMethod<TRequest, TResponse>, bool>(
            call,
            InvokeAsync,
            (interceptor, next) => (q, r, context) => interceptor.DuplexStreamingServerHandler(q, r, context, next),
            async run =>
            {
                await run(requests, responses, call).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
    }

    private async Task InvokeAsync(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    {
        var service = Activate(context);
        await using (service.ConfigureAwait(false))
        {
            await invoke(service.Instance, requests, responses, context).ConfigureAwait(false);
        }
    }
}
