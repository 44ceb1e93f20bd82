using System.Globalization;

namespace Cairn.Bench.Scale;

/// <summary>What the caller asked for: <c>--json FILE</c>, and from the environment the size.</summary>
internal sealed record ScaleOptions(string? JsonPath, long Entries, long SegmentTiB, string Directory)
{
    /// <summary>
    /// <c>CAIRN_BENCH_ENTRIES</c>: entries, default 10 million, one segment each. <c>CAIRN_BENCH_TIB</c>: TiB of segments, default 4.
    /// <c>CAIRN_BENCH_DIR</c>: where to work, default the temporary directory; needs about 300 bytes for each entry.
    /// </summary>
    public static ScaleOptions Read(string[] args)
    {
        var json = args switch
        {
            [] => null,
            ["--json", var path] => path,
            _ => throw new ArgumentException("usage: scale [--json FILE]"),
        };
        return new ScaleOptions(
            json,
            Number("CAIRN_BENCH_ENTRIES", 10_000_000),
            Number("CAIRN_BENCH_TIB", 4),
            Environment.GetEnvironmentVariable("CAIRN_BENCH_DIR") ?? Path.GetTempPath());
    }

    private static long Number(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
            ? long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)
            : otherwise;
}
