using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Stands among the routes once the endpoint for unknown services is mapped, so that it is mapped once.
/// </summary>
internal sealed class UnknownServicesMarker : EndpointDataSource
{
    public override IReadOnlyList<Endpoint> Endpoints => [];

    public override IChangeToken GetChangeToken() => NullChangeToken.Singleton;
}
