using System.Globalization;

namespace Cairn.Simulation;

/// <summary>Which worlds are run: the environment may ask for one of them, or for more.</summary>
internal static class Seeds
{
    private const int Usual = 1000;

    /// <summary>The one that somebody wants to see again; null when all are run.</summary>
    public static long? Asked { get; } = Read("CAIRN_SIMULATION_SEED");

    /// <summary>How many are run.</summary>
    public static int Count { get; } = (int)(Read("CAIRN_SIMULATION_COUNT") ?? Usual);

    /// <summary>Where they begin: anew with each run, so that every run sees worlds that none has seen before.</summary>
    public static long First { get; } = Read("CAIRN_SIMULATION_FIRST") ?? Random.Shared.NextInt64(1, 1_000_000_000);

    private static long? Read(string variable) =>
        long.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
}
