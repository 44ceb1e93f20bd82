namespace Grpc.AspNetCore.Server;

/// <summary>Present in the container when AddGrpc was called.</summary>
internal sealed class GrpcMarkerService
{
}
