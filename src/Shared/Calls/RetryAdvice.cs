using System.Globalization;
using Grpc.Core;

namespace Cairn.Shared.Calls;

/// <summary>
/// What a failed call says about being made again. Only for what may be asked twice, and only while its deadline lasts: the
/// call may have been served although its answer was lost.
/// </summary>
public static class RetryAdvice
{
    // How a server says when, or that it does not want to be asked again (gRPC proposal A6).
    private const string PushbackTrailer = "grpc-retry-pushback-ms";

    /// <summary>A server that asks for more than this is not asked again: its caller has waited long enough.</summary>
    private static readonly TimeSpan LongestPushback = TimeSpan.FromSeconds(2);

    /// <summary>Whether another try may help: nobody answered, and the server did not forbid it.</summary>
    public static bool MayRepeat(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.StatusCode == StatusCode.Unavailable
            && (failure.Trailers.Get(PushbackTrailer) is null || Pushback(failure) is not null);
    }

    /// <summary>How long the server wants to be left alone; null when it did not say, or said something unreadable.</summary>
    public static TimeSpan? Pushback(RpcException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var text = failure.Trailers.GetValue(PushbackTrailer);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && TimeSpan.FromMilliseconds(milliseconds) is var wait
            && wait <= LongestPushback
                ? wait
                : null;
    }
}
