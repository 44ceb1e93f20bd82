namespace Cairn.Bench.OpenGauss;

/// <summary>What the caller asked for.</summary>
internal sealed record BenchOptions(string? JsonPath, long DataMiB, int Rounds, TimeSpan Budget, string Directory)
{
    /// <summary>
    /// <c>CAIRN_BENCH_MIB</c>: MiB of tables and indexes, default 1100 (100 for a try). <c>CAIRN_BENCH_ROUNDS</c>: rounds, default 5; medians are taken over
    /// them. <c>CAIRN_BENCH_MINUTES</c>: no round is begun that would probably not end in this time, default 11. <c>CAIRN_BENCH_DIR</c>: where to work, default
    /// the temporary directory; needs forty times the data.
    /// </summary>
    public static BenchOptions Read(string[] args) => new(
        BenchSettings.JsonPath(args, "opengauss"),
        BenchSettings.Number("CAIRN_BENCH_MIB", 1100),
        (int)BenchSettings.Number("CAIRN_BENCH_ROUNDS", 5),
        TimeSpan.FromMinutes(BenchSettings.Number("CAIRN_BENCH_MINUTES", 11)),
        BenchSettings.Directory);
}
