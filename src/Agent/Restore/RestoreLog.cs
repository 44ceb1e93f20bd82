using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Restore;

internal static partial class RestoreLog
{
    [LoggerMessage(EventId = 1300, Level = LogLevel.Information, Message = "Restore {JobId} is now {State}")]
    public static partial void Moved(ILogger logger, string jobId, string state);

    [LoggerMessage(EventId = 1301, Level = LogLevel.Information, Message = "Restore {JobId} goes on by itself: it was {State} when the agent stopped")]
    public static partial void GoesOn(ILogger logger, string jobId, string state);

    [LoggerMessage(EventId = 1302, Level = LogLevel.Warning, Message = "Restore {JobId} cannot go on yet: {Code}: {Finding}; trying again")]
    public static partial void CannotGoOn(ILogger logger, string jobId, string code, string finding);

    [LoggerMessage(EventId = 1303, Level = LogLevel.Warning, Message = "Restore {JobId} is staged and its decision is not known; the coordinator answers {Answer}")]
    public static partial void InDoubt(ILogger logger, string jobId, string answer);

    [LoggerMessage(EventId = 1304, Level = LogLevel.Error, Message = "Going on with restores met a failure; it is tried again")]
    public static partial void RecoveryFailed(ILogger logger, Exception failure);

    [LoggerMessage(EventId = 1305, Level = LogLevel.Warning, Message = "{Path} belongs to no restore that this agent knows; it is left alone")]
    public static partial void Unknown(ILogger logger, string path);

    [LoggerMessage(EventId = 1306, Level = LogLevel.Information, Message = "Restore {JobId} has staged {Files} files of {Bytes} bytes; {SharedBytes} of these were right in place and share the blocks of the old data")]
    public static partial void Staged(ILogger logger, string jobId, long files, long bytes, long sharedBytes);
}
