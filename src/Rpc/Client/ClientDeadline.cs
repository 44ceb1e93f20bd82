namespace Grpc.Net.Client;

/// <summary>Calls back when a call's deadline has passed by the clock.</summary>
internal sealed class ClientDeadline : IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);
    private readonly TimeProvider time;
    private readonly DateTime at;
    private readonly Action onPassed;
    private readonly ITimer timer;

    public ClientDeadline(TimeProvider time, DateTime at, Action onPassed)
    {
        this.time = time;
        this.at = at;
        this.onPassed = onPassed;
        timer = time.CreateTimer(
            static state => ((ClientDeadline)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm();
    }

    /// <exception cref="InvalidOperationException">The deadline is not in UTC.</exception>
    public static void EnsureUtc(DateTime? deadline)
    {
        if (deadline is { } at && at != DateTime.MaxValue && at != DateTime.MinValue && at.Kind != DateTimeKind.Utc)
        {
            throw new InvalidOperationException("Deadline must have a kind DateTimeKind.Utc.");
        }
    }

    public static bool HasPassed(DateTime? deadline, TimeProvider time) =>
        deadline is { } at && at <= time.GetUtcNow().UtcDateTime;

    public void Dispose() => timer.Dispose();

    private void OnTimer()
    {
        // Timers may be early, and reach no further than some weeks.
        if (HasPassed(at, time))
        {
            onPassed();
        }
        else
        {
            Arm();
        }
    }

    private void Arm()
    {
        var left = at - time.GetUtcNow().UtcDateTime;
        var next = left < ShortestTimer ? ShortestTimer : left;
        timer.Change(next < LongestTimer ? next : LongestTimer, Timeout.InfiniteTimeSpan);
    }
}
