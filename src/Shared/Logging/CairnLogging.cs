using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;

namespace Cairn.Shared.Logging;

/// <summary>The one way in which a daemon logs: structured, to standard error and, when asked, to a file.</summary>
public static class CairnLogging
{
    private const string Template =
        "{Timestamp:yyyy-MM-ddTHH:mm:ss.fffzzz} {Level:u3} {Message:lj} {Properties:j}{NewLine}{Exception}";

    /// <summary>
    /// Replaces the providers of <paramref name="builder"/>. <paramref name="logFile"/> is rolled at 64 MiB and kept ten
    /// times; null logs to standard error only.
    /// </summary>
    public static void AddCairnLogging(this ILoggingBuilder builder, string? logFile, LogLevel minimum)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(ToSerilog(minimum))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .WriteTo.Console(
                outputTemplate: Template,
                formatProvider: CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose);
        if (logFile is not null)
        {
            configuration = configuration.WriteTo.File(
                logFile,
                outputTemplate: Template,
                formatProvider: CultureInfo.InvariantCulture,
                fileSizeLimitBytes: 64L * 1024 * 1024,
                rollOnFileSizeLimit: true,
                retainedFileCountLimit: 10);
        }

        builder.ClearProviders();
        builder.AddSerilog(configuration.CreateLogger(), dispose: true);
    }

    private static LogEventLevel ToSerilog(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };
}
