using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Registration;

internal static partial class RegistrationLog
{
    [LoggerMessage(EventId = 1400, Level = LogLevel.Information, Message = "Registered at {Coordinator} as reachable at {Address}")]
    public static partial void Registered(ILogger logger, Uri coordinator, string address);

    [LoggerMessage(EventId = 1401, Level = LogLevel.Warning, Message = "The coordinator {Coordinator} is not reached: {Code}: {Finding}; trying again in {Pause}")]
    public static partial void NotReached(ILogger logger, Uri coordinator, string code, string finding, TimeSpan pause);

    [LoggerMessage(EventId = 1402, Level = LogLevel.Error, Message = "Registration met a failure; it is tried again")]
    public static partial void Failed(ILogger logger, Exception failure);
}
