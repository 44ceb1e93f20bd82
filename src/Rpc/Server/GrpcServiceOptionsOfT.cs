namespace Grpc.AspNetCore.Server;

/// <summary>How one service is served; starts with what is set for all.</summary>
/// <typeparam name="TService">The service.</typeparam>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}
