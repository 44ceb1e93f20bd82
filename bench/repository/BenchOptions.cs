using System.Globalization;

namespace Cairn.Bench.Repository;

/// <summary>What the caller asked for: <c>--json FILE</c>, and from the environment sizes that suit the machine.</summary>
internal sealed record BenchOptions(string? JsonPath, long DataMiB, int Rounds, string Directory)
{
    /// <summary>
    /// <c>CAIRN_BENCH_MIB</c>: MiB of data, default 1024. <c>CAIRN_BENCH_ROUNDS</c>: rounds, default 3; medians are taken over them.
    /// <c>CAIRN_BENCH_DIR</c>: where to work, default the temporary directory; needs three times the data.
    /// </summary>
    public static BenchOptions Read(string[] args)
    {
        var json = args switch
        {
            [] => null,
            ["--json", var path] => path,
            _ => throw new ArgumentException("usage: repository [--json FILE]"),
        };
        return new BenchOptions(
            json,
            Number("CAIRN_BENCH_MIB", 1024),
            (int)Number("CAIRN_BENCH_ROUNDS", 3),
            Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.GetTempPath());
    }

    private static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;
}
