using Cairn.Shared.Identifiers;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Restores;

internal static partial class RestoreLog
{
    [LoggerMessage(EventId = 2300, Level = LogLevel.Information, Message = "Restore {Job} is called off: {Reason}")]
    public static partial void CalledOff(ILogger logger, JobId job, string reason);
}
