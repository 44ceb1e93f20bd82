using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Binds the methods that a generated class lists to the overrides of <typeparamref name="TService"/>.
/// </summary>
internal sealed class ServiceMethodBinder<TService>(ServerSettings settings) : ServiceBinderBase
    where TService : class
{
    private readonly ServiceActivator<TService> activator = new();

    public List<BoundMethod> Methods { get; } = [];

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method.Name, typeof(TRequest), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<UnaryInvoker<TService, TRequest, TResponse>>();
        Add(method, target, new UnaryCallHandler<TService, TRequest, TResponse>(method, settings, activator, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(method.Name, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<ClientStreamingInvoker<TService, TRequest, TResponse>>();
        Add(method, target, new ClientStreamingCallHandler<TService, TRequest, TResponse>(method, settings, activator, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(
            method.Name, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        var invoke = target.CreateDelegate<ServerStreamingInvoker<TService, TRequest, TResponse>>();
        Add(method, target, new ServerStreamingCallHandler<TService, TRequest, TResponse>(method, settings, activator, invoke));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var target = Find(
            method.Name,
            typeof(IAsyncStreamReader<TRequest>),
            typeof(IServerStreamWriter<TResponse>),
            typeof(ServerCallContext));
        var invoke = target.CreateDelegate<DuplexStreamingInvoker<TService, TRequest, TResponse>>();
        Add(method, target, new DuplexStreamingCallHandler<TService, TRequest, TResponse>(method, settings, activator, invoke));
    }

    private static MethodInfo Find(string name, params Type[] parameters) =>
        typeof(TService).GetMethod(name, BindingFlags.Public | BindingFlags.Instance, parameters)
        ?? throw new InvalidOperationException($"Could not find '{name}' on {typeof(TService)}.");

    private void Add<TRequest, TResponse>(
        Method<TRequest, TResponse> method, MethodInfo target, ServerCallHandler<TService, TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        // The class comes first, so that the method's own attributes win where the last one counts.
        object[] attributes =
        [
            .. typeof(TService).GetCustomAttributes(inherit: true),
            .. target.GetCustomAttributes(inherit: true),
        ];
        Methods.Add(new BoundMethod(method, handler.HandleAsync, attributes));
    }
}
