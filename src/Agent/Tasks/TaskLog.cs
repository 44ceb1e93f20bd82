using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Tasks;

internal static partial class TaskLog
{
    [LoggerMessage(EventId = 1100, Level = LogLevel.Information, Message = "Task {TaskId} of job {JobId} begins: {Kind}")]
    public static partial void Begins(ILogger logger, string taskId, string jobId, string kind);

    [LoggerMessage(EventId = 1101, Level = LogLevel.Information, Message = "Task {TaskId} of job {JobId} goes on after a restart: {Kind}")]
    public static partial void GoesOn(ILogger logger, string taskId, string jobId, string kind);

    [LoggerMessage(EventId = 1102, Level = LogLevel.Information, Message = "Task {TaskId} of job {JobId} has succeeded: {Kind}")]
    public static partial void Succeeded(ILogger logger, string taskId, string jobId, string kind);

    [LoggerMessage(EventId = 1103, Level = LogLevel.Warning, Message = "Task {TaskId} of job {JobId} has failed: {Kind}: {Code}: {Finding}")]
    public static partial void Failed(
        ILogger logger, Exception? cause, string taskId, string jobId, string kind, string code, string finding);

    [LoggerMessage(EventId = 1104, Level = LogLevel.Error, Message = "Task {TaskId} of job {JobId} met a defect: {Kind}")]
    public static partial void Defect(ILogger logger, Exception failure, string taskId, string jobId, string kind);

    [LoggerMessage(EventId = 1105, Level = LogLevel.Error, Message = "The end of task {TaskId} could not be journaled; trying again")]
    public static partial void NotJournaled(ILogger logger, Exception failure, string taskId);
}
