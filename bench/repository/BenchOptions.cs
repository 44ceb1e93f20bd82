namespace Cairn.Bench.Repository;

/// <summary>What the caller asked for: <c>--json FILE</c>, and from the environment sizes that suit the machine.</summary>
internal sealed record BenchOptions(string? JsonPath, long DataMiB, int Rounds, TimeSpan Budget, string Directory, IReadOnlySet<string>? Peers)
{
    /// <summary>
    /// <c>CAIRN_BENCH_MIB</c>: MiB of data, default 4096 (256 for a try). <c>CAIRN_BENCH_ROUNDS</c>: rounds, default 5; medians are taken over them.
    /// <c>CAIRN_BENCH_MINUTES</c>: no round is begun that would probably not end in this time, default 11. <c>CAIRN_BENCH_DIR</c>: where to work, default
    /// the temporary directory; needs four times the data. <c>CAIRN_BENCH_PEERS</c>: of <c>cp tar restic borg</c> those that run (parted by blanks), default all
    /// that are installed; <c>tar</c> always runs.
    /// </summary>
    public static BenchOptions Read(string[] args) => new(
        BenchSettings.JsonPath(args, "repository"),
        BenchSettings.Number("CAIRN_BENCH_MIB", 4096),
        (int)BenchSettings.Number("CAIRN_BENCH_ROUNDS", 5),
        TimeSpan.FromMinutes(BenchSettings.Number("CAIRN_BENCH_MINUTES", 11)),
        BenchSettings.Directory,
        Environment.GetEnvironmentVariable("CAIRN_BENCH_PEERS")?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append("tar").ToHashSet());
}
