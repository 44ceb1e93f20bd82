namespace Cairn.Bench.Repository;

/// <summary>What the repository's figures are held against.</summary>
internal static class RepositoryRatios
{
    /// <summary>By name.</summary>
    public static SortedDictionary<string, double> Of(StepReport report)
    {
        var ratios = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["full_vs_tar_zstd"] = report.Ratio("full", "tar_zstd"),
            ["incremental_vs_full"] = report.Ratio("incremental", "full"),
            ["restore_vs_unzstd_tar"] = report.Ratio("restore", "unzstd_tar"),
            ["verify_vs_full"] = report.Ratio("verify", "full"),
            ["size_vs_tar_zstd"] = report.BytesRatio("full", "tar_zstd"),
            ["peak_mib"] = report.PeakMiB("full", "incremental", "restore", "verify"),
        };
        foreach (var peer in new[] { "restic", "borg", "cp" }.Where(report.Has))
        {
            ratios[$"full_vs_{peer}"] = report.Ratio("full", peer);
        }

        return ratios;
    }
}
