using System.Collections.Frozen;

namespace Grpc.Wire;

/// <summary>The headers of the protocol.</summary>
internal static class HeaderNames
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>A wish of the application, in metadata, for an encoding; it never goes on the wire.</summary>
    public const string EncodingRequest = "grpc-internal-encoding-request";

    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        Status,
        Message,
        Timeout,
        Encoding,
        AcceptEncoding,
        EncodingRequest,
        "content-type",
        "content-encoding",
        "content-length",
        "te",
        "host",
        "accept-encoding",
        "connection",
        "transfer-encoding",
        "trailer");

    /// <summary>Whether a content type is gRPC's, which grpc-web is not.</summary>
    public static bool IsGrpcContentType(string? value)
    {
        if (value is null || !value.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return value.Length == ContentType.Length || value[ContentType.Length] is ';' or '+';
    }

    /// <summary>
    /// Whether a header belongs to the protocol or to HTTP, so that it is neither shown nor sent as metadata.
    /// </summary>
    public static bool IsReserved(string name) => name.StartsWith(':') || Reserved.Contains(name);
}
