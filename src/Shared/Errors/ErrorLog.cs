using Microsoft.Extensions.Logging;

namespace Cairn.Shared.Errors;

internal static partial class ErrorLog
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Error, Message = "Call {Method} failed")]
    public static partial void CallFailed(ILogger logger, Exception failure, string method);
}
