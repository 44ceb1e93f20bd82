using Cairn.Shared.Calls;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>
/// The methods that a process serves, found as the generated binding tells them, behind the same interceptors as on a server. Who calls is known without
/// certificates.
/// </summary>
internal sealed class ServedMethods(ServedCallInterceptor deadlines, ErrorInterceptor errors, Caller caller) : ServiceBinderBase
{
    private readonly Dictionary<string, object> handlers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        handlers[method.FullName] = new UnaryServerMethod<TRequest, TResponse>((request, context) =>
        {
            CurrentCaller.Set(context, caller);
            return deadlines.UnaryServerHandler(
                request, context, (asked, within) => errors.UnaryServerHandler(asked, within, handler!));
        });

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        handlers[method.FullName] = new ClientStreamingServerMethod<TRequest, TResponse>((requests, context) =>
        {
            CurrentCaller.Set(context, caller);
            return deadlines.ClientStreamingServerHandler(
                requests, context, (asked, within) => errors.ClientStreamingServerHandler(asked, within, handler!));
        });

    /// <inheritdoc/>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        handlers[method.FullName] = new ServerStreamingServerMethod<TRequest, TResponse>((request, answers, context) =>
        {
            CurrentCaller.Set(context, caller);
            return deadlines.ServerStreamingServerHandler(
                request,
                answers,
                context,
                (asked, to, within) => errors.ServerStreamingServerHandler(asked, to, within, handler!));
        });

    /// <summary>The handler of a method, with its interceptors.</summary>
    public T Get<T>(string fullName)
        where T : Delegate => (T)handlers[fullName];
}
