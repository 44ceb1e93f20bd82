using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>An interceptor's type and what completes its constructor.</summary>
public class InterceptorRegistration
{
    private readonly Lazy<ObjectFactory> factory;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(arguments);
        if (!type.IsAssignableTo(typeof(Interceptor)))
        {
            throw new ArgumentException($"{type} does not derive from {typeof(Interceptor)}.", nameof(type));
        }

        Type = type;
        Arguments = arguments;
        factory = new(() => ActivatorUtilities.CreateFactory(type, [.. arguments.Select(argument => argument.GetType())]));
    }

    /// <summary>The interceptor.</summary>
    public Type Type { get; }

    /// <summary>What completes its constructor.</summary>
    public IReadOnlyList<object> Arguments { get; }

    /// <summary>An interceptor for one call: the container's, which then owns it, or one made for the call.</summary>
    internal Activated<Interceptor> Activate(IServiceProvider services) =>
        Arguments.Count == 0 && services.GetService(Type) is Interceptor registered
            ? new(registered, isOwned: false)
            : new((Interceptor)factory.Value(services, [.. Arguments]), isOwned: true);
}
