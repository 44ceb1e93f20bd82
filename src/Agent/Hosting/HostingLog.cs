using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(EventId = 1500, Level = LogLevel.Error, Message = "Old records of the journal could not be removed; it is tried again tomorrow")]
    public static partial void PruningFailed(ILogger logger, Exception failure);
}
