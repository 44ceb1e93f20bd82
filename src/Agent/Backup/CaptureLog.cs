using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Backup;

internal static partial class CaptureLog
{
    [LoggerMessage(EventId = 1200, Level = LogLevel.Information, Message = "Capture of job {JobId} has ended: {Reason}")]
    public static partial void Ended(ILogger logger, string jobId, string reason);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Capture of job {JobId} was taken away: {Reason}")]
    public static partial void Lost(ILogger logger, string jobId, string reason);

    [LoggerMessage(EventId = 1202, Level = LogLevel.Error, Message = "Capture of job {JobId} has ended but not everything of it could be removed; trying again")]
    public static partial void NotRemoved(ILogger logger, Exception failure, string jobId);

    [LoggerMessage(EventId = 1203, Level = LogLevel.Warning, Message = "Removed {Path}, which no live capture owns")]
    public static partial void Swept(ILogger logger, string path);

    [LoggerMessage(EventId = 1204, Level = LogLevel.Error, Message = "The watch over captures met a failure; it goes on")]
    public static partial void WatchFailed(ILogger logger, Exception failure);

    [LoggerMessage(EventId = 1205, Level = LogLevel.Information, Message = "Capture of job {JobId}: step {Step} took {Files} files, {Bytes} bytes")]
    public static partial void StepTaken(ILogger logger, string jobId, string step, long files, long bytes);

    [LoggerMessage(EventId = 1206, Level = LogLevel.Information, Message = "Capture of job {JobId}: instance {Instance} was released: {Done}")]
    public static partial void Released(ILogger logger, string jobId, string instance, string done);
}
