namespace Cairn.TestKit;

/// <summary>Waits for a condition of the outside world (a process, a port, a file) with a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the condition holds.</summary>
    /// <param name="what">What is waited for; stands in the failure.</param>
    /// <param name="condition">Null when it holds, else what was seen instead.</param>
    /// <param name="timeout">The deadline.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TimeoutException">The deadline passed; says what was seen last.</exception>
    public static async Task HoldsAsync(
        string what, Func<CancellationToken, Task<string?>> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await condition(cancellationToken);
            if (seen is null)
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(start) > timeout)
            {
                throw new TimeoutException($"waited {timeout} for: {what}; last seen: {seen}");
            }

            await Task.Delay(Between, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>As the other, for a condition that is only true or false.</summary>
    public static Task HoldsAsync(string what, Func<bool> condition, TimeSpan timeout, CancellationToken cancellationToken) =>
        HoldsAsync(what, _ => Task.FromResult(condition() ? null : "not yet"), timeout, cancellationToken);
}
