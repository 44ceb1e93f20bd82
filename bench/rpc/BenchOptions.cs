using System.Globalization;

namespace Cairn.Bench.Rpc;

/// <summary>What the caller asked for: <c>--json FILE</c>, and from the environment how long to measure.</summary>
internal sealed record BenchOptions(string? JsonPath, int Seconds, int Rounds)
{
    /// <summary>
    /// <c>CAIRN_BENCH_SECONDS</c>: seconds of each measurement, default 3, after one of warming up.
    /// <c>CAIRN_BENCH_ROUNDS</c>: rounds, default 3; medians are taken over them.
    /// </summary>
    public static BenchOptions Read(string[] args)
    {
        var json = args switch
        {
            [] => null,
            ["--json", var path] => path,
            _ => throw new ArgumentException("usage: rpc [--json FILE]"),
        };
        return new BenchOptions(json, Number("CAIRN_BENCH_SECONDS", 3), Number("CAIRN_BENCH_ROUNDS", 3));
    }

    private static int Number(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;
}
