using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client;

/// <summary>What a channel says about its calls.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(101, LogLevel.Debug, "{Method} ended with status {StatusCode}: {Detail}")]
    public static partial void CallEnded(
        ILogger logger, string method, StatusCode statusCode, string detail, Exception? failure);

    [LoggerMessage(102, LogLevel.Warning, "The value of metadata '{Name}' is not base64 and was left out.")]
    public static partial void MetadataDropped(ILogger logger, string name);

    [LoggerMessage(103, LogLevel.Error, "A callback failed while {Method} was being ended.")]
    public static partial void ResetFailed(ILogger logger, string method, Exception failure);
}
