namespace Cairn.Simulation.Schedules;

/// <summary>
/// Chance of a seed. What is thrown depends on what it is thrown for and not on who asked first, so that a seed gives nearly the same world again
/// although threads race.
/// </summary>
internal sealed class Dice(long seed)
{
    /// <summary>From 0 up to, not including, 1.</summary>
    public double Throw(string what)
    {
        var hash = 14695981039346656037UL ^ (ulong)seed;
        foreach (var c in what)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        // The end of a short text must reach all bits.
        hash ^= hash >> 30;
        hash *= 0xBF58476D1CE4E5B9UL;
        hash ^= hash >> 27;
        hash *= 0x94D049BB133111EBUL;
        hash ^= hash >> 31;
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>True that often.</summary>
    public bool Happens(string what, double probability) => Throw(what) < probability;

    /// <summary>From 0 up to <paramref name="bound"/>, not including it.</summary>
    public int Number(string what, int bound) => (int)(Throw(what) * bound);

    /// <summary>One of them.</summary>
    public T Pick<T>(string what, params ReadOnlySpan<T> of) => of[Number(what, of.Length)];

    /// <summary>Between the two; short ones are as likely as long ones, by magnitude.</summary>
    public TimeSpan Between(string what, TimeSpan shortest, TimeSpan longest) => TimeSpan.FromSeconds(
        shortest.TotalSeconds * Math.Pow(longest.TotalSeconds / shortest.TotalSeconds, Throw(what)));
}
