using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves a server streaming method.</summary>
internal sealed class ServerStreamingCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServerSettings settings,
    ServiceActivator<TService> activator,
    ServerStreamingInvoker<TService, TRequest, TResponse> invoke)
    : ServerCallHandler<TService, TRequest, TResponse>(method, settings, activator)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task ServeAsync(ServerCall call)
    {
        var request = await call.ReadSingleAsync(Method.RequestMarshaller.ContextualDeserializer).ConfigureAwait(false);
        var responses = new ServerStreamWriter<TResponse>(call, Method.ResponseMarshaller.ContextualSerializer);
        await InterceptedAsync<ServerStreamingServerMethod<TRequest, TResponse>, bool>(
            call,
            InvokeAsync,
            (interceptor, next) => (q, stream, context) => interceptor.ServerStreamingServerHandler(q, stream, context, next),
            async run =>
            {
                await run(request, responses, call).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
    }

    private async Task InvokeAsync(TRequest request, IServerStreamWriter<TResponse> responses, ServerCallContext context)
    {
        var service = Activate(context);
        await using (service.ConfigureAwait(false))
        {
            await invoke(service.Instance, request, responses, context).ConfigureAwait(false);
        }
    }
}
