using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Audit;

internal static partial class AuditNotes
{
    [LoggerMessage(
        EventId = 2600,
        Level = LogLevel.Error,
        Message = "The audit log is not as this coordinator left it: {Finding}; 'cairn audit verify' tells more")]
    public static partial void Touched(ILogger logger, string finding);

    [LoggerMessage(
        EventId = 2601, Level = LogLevel.Error, Message = "The end of call {Call} of {Who} could not be audited: {Reason}")]
    public static partial void NotAnswered(ILogger logger, string call, string who, string reason);
}
