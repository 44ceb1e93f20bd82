using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves a unary method.</summary>
internal sealed class UnaryCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method,
    ServerSettings settings,
    ServiceActivator<TService> activator,
    UnaryInvoker<TService, TRequest, TResponse> invoke)
    : ServerCallHandler<TService, TRequest, TResponse>(method, settings, activator)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected override async Task ServeAsync(ServerCall call)
    {
        var request = await call.ReadSingleAsync(Method.RequestMarshaller.ContextualDeserializer).ConfigureAwait(false);
        var response = await InterceptedAsync<UnaryServerMethod<TRequest, TResponse>, TResponse>(
            call,
            InvokeAsync,
            (interceptor, next) => (q, context) => interceptor.UnaryServerHandler(q, context, next),
            run => run(request, call)).ConfigureAwait(false);
        await call.EndAsync(response, Method.ResponseMarshaller.ContextualSerializer).ConfigureAwait(false);
    }

    private async Task<TResponse> InvokeAsync(TRequest request, ServerCallContext context)
    {
        var service = Activate(context);
        await using (service.ConfigureAwait(false))
        {
            return await invoke(service.Instance, request, context).ConfigureAwait(false);
        }
    }
}
