using Grpc.Net.Compression;
using Grpc.Wire;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What a call needs of a service's options, resolved once.</summary>
internal sealed record ServerSettings(
    int? MaxReceiveMessageSize,
    int? MaxSendMessageSize,
    bool EnableDetailedErrors,
    string? ResponseEncoding,
    CompressionSet Compression,
    IReadOnlyList<InterceptorRegistration> Interceptors,
    TimeProvider Time,
    ILogger Logger)
{
    public static ServerSettings Create(
        GrpcServiceOptions forAll, GrpcServiceOptions? ofService, TimeProvider time, ILogger logger)
    {
        var service = ofService ?? forAll;
        var level = service.ResponseCompressionLevel ?? System.IO.Compression.CompressionLevel.Fastest;
        var compression = new CompressionSet(service.CompressionProviders, level);
        if (!compression.TryFind(service.ResponseCompressionAlgorithm, out ICompressionProvider? _))
        {
            throw new InvalidOperationException(
                $"There is no compression provider for the response encoding '{service.ResponseCompressionAlgorithm}'.");
        }

        return new(
            service.MaxReceiveMessageSize,
            service.MaxSendMessageSize,
            service.EnableDetailedErrors ?? false,
            service.ResponseCompressionAlgorithm,
            compression,
            [.. forAll.Interceptors, .. ofService?.Interceptors ?? []],
            time,
            logger);
    }
}
