using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>Serves the calls of one method: what the four kinds have in common.</summary>
internal abstract class ServerCallHandler<TService, TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServerSettings settings, ServiceActivator<TService> activator)
    where TService : class
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method { get; } = method;

    protected ServerSettings Settings { get; } = settings;

    private bool IsClientStreaming => Method.Type is MethodType.ClientStreaming or MethodType.DuplexStreaming;

    public async Task HandleAsync(HttpContext context)
    {
        if (!RequestCheck.TryAccept(context))
        {
            return;
        }

        // Routes ignore case, method names do not.
        if (!string.Equals(context.Request.Path.Value, Method.FullName, StringComparison.Ordinal))
        {
            await TrailersOnly.WriteAsync(
                context, new Status(StatusCode.Unimplemented, StatusMessages.UnknownMethod), Settings.Compression)
                .ConfigureAwait(false);
            return;
        }

        RequestCheck.LiftTransportLimits(context, IsClientStreaming);
        if (Method.Type != MethodType.Unary)
        {
            // A request timeout of the application is meant for requests that end.
            context.Features.Get<Microsoft.AspNetCore.Http.Timeouts.IHttpRequestTimeoutFeature>()?.DisableTimeout();
        }

        var call = new ServerCall(context, Method.FullName, Settings);
        try
        {
            call.Begin();
            await ServeAsync(call).ConfigureAwait(false);
            await call.EndAsync(call.Status).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The edge: whatever the service throws becomes a status.
            await call.EndAsync(failure).ConfigureAwait(false);
        }
        finally
        {
            await call.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Reads what the kind needs, calls interceptors and service, and writes a single response.</summary>
    protected abstract Task ServeAsync(ServerCall call);

    protected Activated<TService> Activate(ServerCallContext context) =>
        activator.Get(context.GetHttpContext().RequestServices);

    /// <summary>Wraps <paramref name="innermost"/> in the interceptors and runs all of it.</summary>
    protected async Task<TResult> InterceptedAsync<TDelegate, TResult>(
        ServerCall call,
        TDelegate innermost,
        Func<Interceptor, TDelegate, TDelegate> wrap,
        Func<TDelegate, Task<TResult>> run)
    {
        if (Settings.Interceptors.Count == 0)
        {
            return await run(innermost).ConfigureAwait(false);
        }

        var chain = await InterceptorChain.CreateAsync(Settings.Interceptors, call.HttpContext.RequestServices)
            .ConfigureAwait(false);
        await using (chain.ConfigureAwait(false))
        {
            var outermost = innermost;
            foreach (var interceptor in chain.InnermostFirst)
            {
                outermost = wrap(interceptor, outermost);
            }

            return await run(outermost).ConfigureAwait(false);
        }
    }
}
