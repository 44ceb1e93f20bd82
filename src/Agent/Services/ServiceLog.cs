using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Services;

internal static partial class ServiceLog
{
    [LoggerMessage(EventId = 1900, Level = LogLevel.Information, Message = "Job {Job}, instance {Instance}: {Program} ended with {ExitCode}: {Output}")]
    public static partial void Ran(ILogger logger, string job, string instance, string program, int? exitCode, string output);
}
