using System.Globalization;
using Grpc.Core;

namespace Grpc.Wire;

/// <summary>The tables of the protocol that lead from HTTP to a gRPC status.</summary>
internal static class StatusTables
{
    private const int HighestCode = (int)StatusCode.Unauthenticated;

    /// <summary>For a response without <c>grpc-status</c>.</summary>
    public static StatusCode FromHttpStatus(int httpStatus) => httpStatus switch
    {
        400 or 431 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        >= 100 and < 200 => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };

    /// <summary>For a stream that the peer reset with an HTTP/2 error code.</summary>
    public static StatusCode FromResetCode(long errorCode) => errorCode switch
    {
        7 => StatusCode.Unavailable,
        8 => StatusCode.Cancelled,
        11 => StatusCode.ResourceExhausted,
        12 => StatusCode.PermissionDenied,
        _ => StatusCode.Internal,
    };

    /// <summary>
    /// The status that <c>grpc-status</c> and <c>grpc-message</c> say. A number that is no code is UNKNOWN and stays in
    /// the text; what is no number is UNKNOWN as well.
    /// </summary>
    public static Status FromHeaders(string statusValue, string? message)
    {
        var detail = message is null ? string.Empty : StatusMessageCodec.Decode(message);
        if (!int.TryParse(statusValue, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            return new Status(StatusCode.Unknown, $"Unexpected grpc-status value: {StatusMessageCodec.Encode(statusValue)}");
        }

        return code <= HighestCode
            ? new Status((StatusCode)code, detail)
            : new Status(StatusCode.Unknown, $"Unknown status code {code}: {detail}");
    }
}
