using Cairn.Simulation.Clocks;
using Microsoft.Extensions.Logging;

namespace Cairn.Simulation.Parts;

/// <summary>Takes a process's log into the world's account; an error that nobody expects fails the world. A dead process says nothing.</summary>
internal sealed class PartLog(string part, HostClock clock, Action<string> tell, Action<string> fail) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(this);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Lines(PartLog owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => owner.IsOn(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (owner.IsOn(logLevel))
            {
                owner.Take(logLevel, formatter(state, exception), exception);
            }
        }
    }

    private bool IsOn(LogLevel level) => level >= LogLevel.Information && !clock.IsDead;

    private void Take(LogLevel level, string text, Exception? exception)
    {
        tell($"{part}: {text}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
        if (level >= LogLevel.Error)
        {
            fail($"{part} logged an error: {text}\n{exception}");
        }
    }
}
