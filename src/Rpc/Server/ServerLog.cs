using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>What the server says about its calls.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1, LogLevel.Debug, "The deadline of {Method} has passed.")]
    public static partial void DeadlineExceeded(ILogger logger, string method);

    [LoggerMessage(2, LogLevel.Debug, "{Method} was cancelled by its caller.")]
    public static partial void CallCancelled(ILogger logger, string method);

    [LoggerMessage(3, LogLevel.Debug, "{Method} ended with status {StatusCode}.")]
    public static partial void CallFailed(ILogger logger, string method, StatusCode statusCode, Exception failure);

    [LoggerMessage(4, LogLevel.Error, "{Method} threw an exception that it should have handled.")]
    public static partial void HandlerThrew(ILogger logger, string method, Exception failure);
}
