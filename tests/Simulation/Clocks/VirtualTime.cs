namespace Cairn.Simulation.Clocks;

/// <summary>
/// The one time of a world, and all that is due in it. It moves only when the world steps to the next thing that is due, and that happens on a thread
/// of the pool, as a timer's would. May be used from any thread.
/// </summary>
internal sealed class VirtualTime
{
    private static readonly DateTimeOffset Beginning = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock gate = new();
    private readonly PriorityQueue<Due, (long At, long Order)> queue = new();
    private TimeSpan elapsed;
    private long order;

    /// <summary>Since the world began.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (gate)
            {
                return elapsed;
            }
        }
    }

    /// <summary>The true time, which no clock of a host need show.</summary>
    public DateTimeOffset Now => Beginning + Elapsed;

    /// <summary>Has <paramref name="action"/> done after a while, unless the result is disposed before.</summary>
    public Due Schedule(TimeSpan after, Action action)
    {
        var due = new Due(action);
        lock (gate)
        {
            var at = elapsed + (after > TimeSpan.Zero ? after : TimeSpan.Zero);
            queue.Enqueue(due, (at.Ticks, order++));
        }

        return due;
    }

    /// <summary>Moves to the next thing that is due and begins it; false when nothing is.</summary>
    public bool Step()
    {
        while (true)
        {
            Due? next;
            lock (gate)
            {
                if (!queue.TryDequeue(out next, out var key))
                {
                    return false;
                }

                if (!next.IsCancelled)
                {
                    elapsed = TimeSpan.FromTicks(key.At);
                }
            }

            if (!next.IsCancelled)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static due => due.Happen(), next, preferLocal: false);
                return true;
            }
        }
    }

    /// <summary>Something that is due.</summary>
    internal sealed class Due(Action action) : IDisposable
    {
        private int over;

        /// <summary>True when it has happened or will not any more.</summary>
        public bool IsCancelled => Volatile.Read(ref over) != 0;

        /// <summary>Does it, unless it was called off.</summary>
        public void Happen()
        {
            if (Interlocked.Exchange(ref over, 1) == 0)
            {
                action();
            }
        }

        /// <summary>Calls it off.</summary>
        public void Dispose() => Interlocked.Exchange(ref over, 1);
    }
}
