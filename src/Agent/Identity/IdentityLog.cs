using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Identity;

internal static partial class IdentityLog
{
    [LoggerMessage(EventId = 1600, Level = LogLevel.Information, Message = "The agent's identity was replaced: it obeys {Coordinator}, its certificate is valid until {NotAfter}")]
    public static partial void Changed(ILogger logger, string coordinator, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 1601, Level = LogLevel.Information, Message = "The agent's certificate was renewed; it is valid until {NotAfter}")]
    public static partial void Renewed(ILogger logger, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 1602, Level = LogLevel.Warning, Message = "The agent's identity could not be brought up to date: {Code}: {Finding}; the present one ends at {NotAfter}, and it is tried again")]
    public static partial void CannotRenew(ILogger logger, string code, string finding, DateTimeOffset notAfter);

    [LoggerMessage(EventId = 1603, Level = LogLevel.Error, Message = "The upkeep of the agent's identity met a failure; the present one ends at {NotAfter}, and it is tried again")]
    public static partial void Defect(ILogger logger, Exception failure, DateTimeOffset notAfter);
}
