using Cairn.Shared.Identifiers;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Backups;

internal static partial class BackupLog
{
    [LoggerMessage(EventId = 2200, Level = LogLevel.Warning, Message = "Capture of job {Job} could not be renewed on {Node}: {Reason}")]
    public static partial void RenewalFailed(ILogger logger, JobId job, string node, string reason);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Information, Message = "Backup {Job} is called off: {Reason}")]
    public static partial void CalledOff(ILogger logger, JobId job, string reason);
}
