using Cairn.Coordinator.Catalog;
using Cairn.Shared.Identifiers;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Owed;

internal static partial class OwedLog
{
    [LoggerMessage(EventId = 2100, Level = LogLevel.Information, Message = "Owed {Command} of job {Job} was done by {Node}")]
    public static partial void Delivered(ILogger logger, OwedCommand command, JobId job, string node);

    [LoggerMessage(
        EventId = 2101,
        Level = LogLevel.Warning,
        Message = "Owed {Command} of job {Job} was not done by {Node} (attempt {Attempt}): {Reason}")]
    public static partial void Failed(
        ILogger logger, OwedCommand command, JobId job, string node, int attempt, string reason);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "Owed {Command} of job {Job} to {Node} failed by a defect")]
    public static partial void Defect(
        ILogger logger, Exception failure, OwedCommand command, JobId job, string node);
}
