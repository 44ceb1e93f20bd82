using Grpc.Reflection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the reflection service.</summary>
public static class GrpcReflectionServiceExtensions
{
    /// <summary>Registers what the reflection service needs.</summary>
    public static IServiceCollection AddGrpcReflection(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<SymbolIndex>();
        return services;
    }
}
