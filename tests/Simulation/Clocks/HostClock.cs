namespace Cairn.Simulation.Clocks;

/// <summary>
/// The clock that one process sees: the world's time, wrong by <paramref name="skew"/>. When the process dies its timers never fire any more, so that
/// nothing of it goes on.
/// </summary>
internal sealed class HostClock(VirtualTime time, TimeSpan skew) : TimeProvider
{
    private volatile bool isDead;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>True once the process is dead.</summary>
    public bool IsDead => isDead;

    /// <summary>Lets the process die.</summary>
    public void Die() => isDead = true;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.Now + skew;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.Elapsed.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HostTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class HostTimer(HostClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly Lock gate = new();
        private VirtualTime.Due? due;
        private TimeSpan period;
        private bool isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (gate)
            {
                due?.Dispose();
                due = null;
                period = newPeriod;
                if (!isDisposed && dueTime != Timeout.InfiniteTimeSpan)
                {
                    due = clock.Schedule(dueTime, Fire);
                }

                return !isDisposed;
            }
        }

        public void Dispose()
        {
            lock (gate)
            {
                isDisposed = true;
                due?.Dispose();
                due = null;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            lock (gate)
            {
                if (isDisposed || clock.IsDead)
                {
                    return;
                }

                due = period > TimeSpan.Zero ? clock.Schedule(period, Fire) : null;
            }

            callback(state);
        }
    }

    private VirtualTime.Due? Schedule(TimeSpan after, Action action) => isDead ? null : time.Schedule(after, action);
}
