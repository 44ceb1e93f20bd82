using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps gRPC services to endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>Maps every method of <typeparamref name="TService"/>.</summary>
    /// <exception cref="InvalidOperationException">AddGrpc was not called, or the class is no gRPC service.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ServiceProvider.GetService<GrpcMarkerService>() is null)
        {
            throw new InvalidOperationException(
                "Unable to find the required services. Call 'IServiceCollection.AddGrpc' in the application's startup.");
        }

        return new ServiceEndpoints<TService>(builder).Map();
    }
}
