using System.Globalization;

namespace Cairn.Simulation;

/// <summary>A schedule failed: with its seed, what is wrong, and the end of what happened.</summary>
internal sealed class WorldFailedException(long seed, string why, IReadOnlyList<string> account) : Exception(string.Create(
    CultureInfo.InvariantCulture,
    $"seed {seed}: {why}\nrun it again: CAIRN_SIMULATION_SEED={seed} ./test.sh Simulation\n{string.Join('\n', account.TakeLast(LinesShown(seed)))}"))
{
    private static int LinesShown(long seed) => seed == Seeds.Asked ? int.MaxValue : 250;
}
