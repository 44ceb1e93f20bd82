using System.IO.Compression;
using Grpc.Net.Compression;

namespace Grpc.AspNetCore.Server;

/// <summary>How services are served.</summary>
public class GrpcServiceOptions
{
    private const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>
    /// The largest request message in bytes, also after decompression; null for no limit. Default 4 MiB.
    /// </summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>The largest response message in bytes; null, the default, for no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Whether clients see the type and message of an unhandled exception. Default false.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>The encoding of responses to clients that take it; null, the default, for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>How hard responses are compressed; null for the provider's own level.</summary>
    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>Encodings besides gzip and deflate, or instead of them.</summary>
    public IList<ICompressionProvider> CompressionProviders { get; set; } = [];

    /// <summary>
    /// Whether calls of unknown services, and of unknown methods of known ones, are left to other endpoints instead of answered
    /// UNIMPLEMENTED. Of one service it says that for its methods.
    /// </summary>
    public bool? IgnoreUnknownServices { get; set; }

    /// <summary>What sees every call before the service; the first listed comes first.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}
