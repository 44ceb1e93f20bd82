using System.Reflection;
using Grpc.Core;
using Grpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Makes the endpoints of one service: one per method, and one that answers for methods that it does not have.
/// </summary>
internal sealed class ServiceEndpoints<TService>(IEndpointRouteBuilder routes)
    where TService : class
{
    private readonly IServiceProvider services = routes.ServiceProvider;

    public GrpcServiceEndpointConventionBuilder Map()
    {
        var forAll = services.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var ofService = services.GetServices<IConfigureOptions<GrpcServiceOptions<TService>>>().Any()
            ? services.GetRequiredService<IOptions<GrpcServiceOptions<TService>>>().Value
            : null;
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger<TService>();
        var settings = ServerSettings.Create(forAll, ofService, services.GetRequiredService<TimeProvider>(), logger);

        var endpoints = new List<IEndpointConventionBuilder>();
        var serviceNames = new HashSet<string>(StringComparer.Ordinal);
        foreach (var method in MethodsOf(settings))
        {
            serviceNames.Add(method.Method.ServiceName);
            endpoints.Add(MapMethod(method));
        }

        var ignoresMethods = (ofService ?? forAll).IgnoreUnknownServices == true;
        foreach (var serviceName in ignoresMethods ? [] : serviceNames)
        {
            endpoints.Add(MapUnknown(serviceName + "/{method}", StatusMessages.UnknownMethod, "Unimplemented method of " + serviceName));
        }

        if (forAll.IgnoreUnknownServices != true)
        {
            MapUnknownServicesOnce();
        }

        return new GrpcServiceEndpointConventionBuilder(endpoints);
    }

    private static List<BoundMethod> MethodsOf(ServerSettings settings)
    {
        var (attribute, baseType) = FindBaseType();
        var bind = attribute.BindType.GetMethod(
            attribute.BindMethodName,
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static,
            [typeof(ServiceBinderBase), baseType])
            ?? throw new InvalidOperationException($"{attribute.BindType} has no {attribute.BindMethodName} for {baseType}.");
        var binder = new ServiceMethodBinder<TService>(settings);
        bind.Invoke(obj: null, BindingFlags.DoNotWrapExceptions, binder: null, [binder, null], culture: null);
        return binder.Methods;
    }

    private static (BindServiceMethodAttribute Attribute, Type BaseType) FindBaseType()
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
            {
                return (attribute, type);
            }
        }

        throw new InvalidOperationException($"{typeof(TService)} is no gRPC service: no base class of it was generated.");
    }

    private IEndpointConventionBuilder MapMethod(BoundMethod bound)
    {
        var endpoint = routes.Map(RoutePatternFactory.Parse(bound.Method.FullName), bound.Handler);
        endpoint.Add(builder =>
        {
            builder.DisplayName = "gRPC - " + bound.Method.FullName;
            builder.Metadata.Add(new GrpcMethodMetadata(typeof(TService), bound.Method));
            foreach (var attribute in bound.Attributes)
            {
                builder.Metadata.Add(attribute);
            }
        });
        return endpoint;
    }

    private IEndpointConventionBuilder MapUnknown(string pattern, string detail, string displayName)
    {
        var route = RoutePatternFactory.Parse(
            pattern, defaults: null, parameterPolicies: new { method = new GrpcRequestConstraint() });
        var compression = new CompressionSet(more: null);
        return routes.Map(route, context => TrailersOnly.WriteAsync(context, new Status(StatusCode.Unimplemented, detail), compression))
            .WithDisplayName("gRPC - " + displayName);
    }

    private void MapUnknownServicesOnce()
    {
        const string DisplayName = "Unimplemented service";
        var isMapped = routes.DataSources
            .OfType<UnknownServicesMarker>()
            .Any();
        if (!isMapped)
        {
            routes.DataSources.Add(new UnknownServicesMarker());
            MapUnknown("{service}/{method}", StatusMessages.UnknownService, DisplayName);
        }
    }
}
