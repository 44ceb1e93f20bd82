using Microsoft.Extensions.Logging;

namespace Cairn.Shared.Security;

internal static partial class AccessLog
{
    [LoggerMessage(
        EventId = 110, Level = LogLevel.Warning, Message = "Call {Method} of {Caller} from {Address} was refused: {Code}")]
    public static partial void Refused(ILogger logger, string method, string caller, string address, string code);
}
