using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves a client streaming method.</summary>
internal sealed class ClientStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServerSettings settings,
    ServiceActivator<TService> activator,
    ClientStreamingInvoker<TService, TRequest, TResponse> invoke)
    : ServerCallHandler<TService, TRequest, TResponse>(method, settings, activator)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task ServeAsync(ServerCall call)
    {
        var requests = new ServerStreamReader<TRequest>(call, Method.RequestMarshaller.ContextualDeserializer);
        var response = await InterceptedAsync<ClientStreamingServerMethod<TRequest, TResponse>, TResponse>(
            call,
            InvokeAsync,
            (interceptor, next) => (stream, context) => interceptor.ClientStreamingServerHandler(stream, context, next),
            run => run(requests, call)).ConfigureAwait(false);
        await call.EndAsync(response, Method.ResponseMarshaller.ContextualSerializer).ConfigureAwait(false);
    }

    private async Task<TResponse> InvokeAsync(IAsyncStreamReader<TRequest> requests, ServerCallContext context)
    {
        var service = Activate(context);
        await using (service.ConfigureAwait(false))
        {
            return await invoke(service.Instance, requests, context).ConfigureAwait(false);
        }
    }
}
