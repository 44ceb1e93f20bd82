using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>What the exceptions of HTTP mean for a call.</summary>
internal static class ClientFailures
{
    private const long CancelErrorCode = 8;
    private const long EnhanceYourCalmErrorCode = 11;

    // How HttpClient begins its words for a GOAWAY with an error, and for pings that nobody answered; nothing else tells these from
    // the reset of one stream. Should they change, such calls end with the code of a reset.
    private static readonly string[] LostConnection =
    [
        "The HTTP/2 server closed the connection.",
        "The HTTP/2 server didn't respond to a ping request",
    ];

    // As above: for headers that the server has said it does not take, HttpClient has no code of its own.
    private const string RequestHeadersTooLong = "The HTTP request headers length exceeded";

    /// <summary>
    /// True when the connection ended with its first frame, a GOAWAY without an error: nothing was done for the call. For a later
    /// GOAWAY without an error HttpClient has other words, or none.
    /// </summary>
    public static bool WasNeverTaken(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException { ErrorCode: 0 } end && end.Message.StartsWith(LostConnection[0], StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public static (Status Status, Metadata Trailers) ToStatus(Exception failure, bool hasDeadlinePassed)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case RpcException rpc:
                    return (rpc.Status, rpc.Trailers);
                case HttpProtocolException reset:
                    return (FromReset(reset, failure, hasDeadlinePassed), Metadata.Empty);
            }
        }

        return (new Status(CodeOf(failure), Describe(failure), failure), Metadata.Empty);
    }

    private static Status FromReset(HttpProtocolException reset, Exception failure, bool hasDeadlinePassed)
    {
        // A server whose clock runs ahead cancels the stream before our own timer fires.
        var code = reset.ErrorCode == CancelErrorCode && hasDeadlinePassed
            ? StatusCode.DeadlineExceeded
            : IsLostConnection(reset) ? StatusCode.Unavailable
            : StatusTables.FromResetCode(reset.ErrorCode);
        return new Status(code, Describe(failure), failure);
    }

    // ENHANCE_YOUR_CALM and those above it say what is wrong with the caller, so that a new connection would not help.
    private static bool IsLostConnection(HttpProtocolException failure) =>
        failure.ErrorCode < EnhanceYourCalmErrorCode
        && LostConnection.Any(words => failure.Message.StartsWith(words, StringComparison.Ordinal));

    private static StatusCode CodeOf(Exception failure)
    {
        // Such a failure comes wrapped in what it did to the stream, which alone would mean a lost connection.
        if (IsBeyondHeaderLimit(failure))
        {
            return StatusCode.ResourceExhausted;
        }

        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError
                    or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                    or HttpRequestError.ResponseEnded or HttpRequestError.ProxyTunnelError }:
                // A server that closes the connection before its first settings, for example over our certificate.
                case HttpRequestException { HttpRequestError: HttpRequestError.Unknown, InnerException: null }:
                case IOException:
                case System.Net.Sockets.SocketException:
                case TimeoutException:
                    return StatusCode.Unavailable;
                case OperationCanceledException:
                    return StatusCode.Cancelled;
            }
        }

        return StatusCode.Internal;
    }

    private static bool IsBeyondHeaderLimit(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded }
                || (cause is HttpRequestException && cause.Message.StartsWith(RequestHeadersTooLong, StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private static string Describe(Exception failure)
    {
        var text = $"gRPC call failed. {failure.GetType().Name}: {failure.Message}";
        var root = failure.GetBaseException();
        return ReferenceEquals(root, failure) ? text : $"{text} {root.GetType().Name}: {root.Message}";
    }
}
