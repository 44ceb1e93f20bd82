using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Starts a service's options with those for all services. Interceptors are not copied: the ones for all run first, and
/// are read where they are.
/// </summary>
internal sealed class GrpcServiceOptionsSetup<TService>(IOptions<GrpcServiceOptions> forAll)
    : IConfigureOptions<GrpcServiceOptions<TService>>
    where TService : class
{
    public void Configure(GrpcServiceOptions<TService> options)
    {
        var source = forAll.Value;
        options.MaxReceiveMessageSize = source.MaxReceiveMessageSize;
        options.MaxSendMessageSize = source.MaxSendMessageSize;
        options.EnableDetailedErrors = source.EnableDetailedErrors;
        options.ResponseCompressionAlgorithm = source.ResponseCompressionAlgorithm;
        options.ResponseCompressionLevel = source.ResponseCompressionLevel;
        options.CompressionProviders = [.. source.CompressionProviders];
        options.IgnoreUnknownServices = source.IgnoreUnknownServices;
    }
}
