using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>Gets one instance per call: from the container, which then owns it, or made for the call.</summary>
internal sealed class ServiceActivator<TService>
    where TService : class
{
    private readonly Lazy<ObjectFactory<TService>> factory =
        new(() => ActivatorUtilities.CreateFactory<TService>(Type.EmptyTypes));

    public Activated<TService> Get(IServiceProvider services) => services.GetService<TService>() is { } registered
        ? new(registered, isOwned: false)
        : new(factory.Value(services, []), isOwned: true);
}
