using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Rebuild;

internal static partial class RebuildLog
{
    [LoggerMessage(EventId = 2900, Level = LogLevel.Information, Message = "Catalog rebuilt: cluster {Cluster} has {Points} points, {Added} of them were not known; its epoch is {Epoch}")]
    public static partial void Rebuilt(ILogger logger, string cluster, int points, int added, long epoch);
}
