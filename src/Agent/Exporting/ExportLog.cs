using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Exporting;

internal static partial class ExportLog
{
    [LoggerMessage(EventId = 2050, Level = LogLevel.Warning, Message = "Job {Job}: {Lack}")]
    public static partial void NotFinished(ILogger logger, string job, string lack);
}
