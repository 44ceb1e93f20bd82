using System.Diagnostics;

namespace Cairn.Simulation.Clocks;

/// <summary>
/// Knows when nothing happens any more at this moment of a world's time: no work waits in the thread pool and no thread of it works, but for those that
/// stand still for good in a process that died in the middle of something. Only then time may move.
/// </summary>
internal static class Stillness
{
    private const int LooksInARow = 3;

    private static readonly TimeSpan Learning = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private static int atRest;
    private static int standing;

    /// <summary>Learns how many threads of the pool are taken for good by whoever runs the tests. Called while no world runs.</summary>
    public static void Learn()
    {
        ThreadPool.SetMinThreads(64, 64);
        atRest = int.MaxValue;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < Learning)
        {
            Look();
            Thread.Yield();
        }
    }

    /// <summary>Has the calling thread stand still, as one of a dead process, until the world is over.</summary>
    public static void Stand(WaitHandle until)
    {
        Interlocked.Increment(ref standing);
        until.WaitOne();
        Interlocked.Decrement(ref standing);
    }

    /// <summary>Waits until nothing happens any more. Not to be called on a thread of the pool.</summary>
    /// <exception cref="TimeoutException">Something has gone on for a minute: a wait that is not the world's, or a loop.</exception>
    public static void Await()
    {
        var began = Stopwatch.GetTimestamp();
        for (var calm = 0; calm < LooksInARow;)
        {
            if (ThreadPool.PendingWorkItemCount == 0 && Look() <= atRest)
            {
                calm++;
                continue;
            }

            calm = 0;
            if (!Thread.Yield())
            {
                Thread.SpinWait(20);
            }

            if (Stopwatch.GetElapsedTime(began) > Longest)
            {
                throw new TimeoutException(
                    $"{Look()} threads work ({atRest} at rest, {standing} standing) and {ThreadPool.PendingWorkItemCount} items wait after {Longest}");
            }
        }
    }

    // How many threads work; the fewest ever seen are those of whoever runs the tests.
    private static int Look()
    {
        var still = Volatile.Read(ref standing);
        ThreadPool.GetMaxThreads(out var most, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        var working = most - free - still;
        if (still == 0)
        {
            atRest = Math.Min(atRest, working);
        }

        return working;
    }
}
