using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace Grpc.Core;

/// <summary>What ASP.NET Core adds to a call.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>The HTTP request behind the call.</summary>
    /// <exception cref="InvalidOperationException">The context does not come from ASP.NET Core.</exception>
    public static HttpContext GetHttpContext(this ServerCallContext serverCallContext)
    {
        ArgumentNullException.ThrowIfNull(serverCallContext);
        return serverCallContext is ServerCall call
            ? call.HttpContext
            : throw new InvalidOperationException("This call context does not come from a gRPC service of ASP.NET Core.");
    }
}
