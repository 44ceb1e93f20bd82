namespace Cairn.Bench.OpenGauss;

/// <summary>What the figures are held against: in each round both sides met the same server and machine.</summary>
internal static class OpenGaussRatios
{
    /// <summary>By name; latencies are in milliseconds.</summary>
    public static SortedDictionary<string, double> Of(StepReport report, Latencies latencies)
    {
        var ratios = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["full_vs_pg_basebackup"] = report.Ratio("full", "pg_basebackup"),
            ["full_vs_cp"] = report.Ratio("full", "cp"),
            ["pgbench_p99_ms"] = latencies.Median("full"),
            ["pgbench_p99_ms_pgbackrest"] = latencies.Median("pgbackrest_full"),
            ["pgbench_p99_vs_pgbackrest"] = latencies.Median("full") / latencies.Median("pgbackrest_full"),
            ["peak_mib"] = report.PeakMiB("full", "incremental", "restore"),
            ["peak_mib_pgbackrest"] = report.PeakMiB("pgbackrest_full", "pgbackrest_incremental", "pgbackrest_restore"),
        };
        foreach (var step in new[] { "full", "incremental", "restore" })
        {
            ratios[$"{step}_wall_vs_pgbackrest"] = report.Ratio(step, $"pgbackrest_{step}");
            ratios[$"{step}_processor_vs_pgbackrest"] = report.Ratio(step, $"pgbackrest_{step}", measured => measured.Processor.TotalSeconds);
        }

        foreach (var step in new[] { "full", "incremental" })
        {
            ratios[$"{step}_bytes_vs_pgbackrest"] = report.BytesRatio(step, $"pgbackrest_{step}");
        }

        return ratios;
    }
}
