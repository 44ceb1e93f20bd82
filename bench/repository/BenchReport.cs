using System.Globalization;
using System.Text.Json;

namespace Cairn.Bench.Repository;

/// <summary>Seconds of every step in every round, and what follows from their medians.</summary>
internal sealed class BenchReport(BenchOptions options)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly SortedDictionary<string, List<double>> seconds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, double> processorSeconds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> bytes = new(StringComparer.Ordinal);

    /// <param name="step">The step.</param>
    /// <param name="time">Its wall time in this round.</param>
    /// <param name="processorTime">What this process used for it, a peer's own process not counted.</param>
    public void Add(string step, TimeSpan time, TimeSpan processorTime)
    {
        processorSeconds[step] = processorTime.TotalSeconds;
        if (!seconds.TryGetValue(step, out var rounds))
        {
            seconds[step] = rounds = [];
        }

        rounds.Add(time.TotalSeconds);
    }

    public void SetBytes(string what, long count) => bytes[what] = count;

    public void Print(TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{options.DataMiB} MiB, {options.Rounds} rounds, {Environment.ProcessorCount} processors, warm cache, all ended by sync -f"));
        foreach (var (step, rounds) in seconds)
        {
            output.WriteLine(FormattableString.Invariant($"  {step,-16} {Median(rounds),8:f2} s  {processorSeconds[step],6:f2} s of processor time in the last round   ({string.Join(", ", rounds.Select(r => r.ToString("f2", CultureInfo.InvariantCulture)))})"));
        }

        foreach (var (what, count) in bytes)
        {
            output.WriteLine(FormattableString.Invariant($"  {what,-16} {count / 1048576.0,8:f1} MiB"));
        }

        foreach (var (name, ratio) in Ratios())
        {
            output.WriteLine(FormattableString.Invariant($"  {name,-24} {ratio:f3}"));
        }
    }

    public Task WriteJsonAsync(Stream file, CancellationToken cancellationToken) =>
        JsonSerializer.SerializeAsync(
            file, new { name = "repository", data_mib = options.DataMiB, rounds = options.Rounds, seconds, processor_seconds_last_round = processorSeconds, bytes, ratios = Ratios() }, Indented, cancellationToken);

    private SortedDictionary<string, double> Ratios() => new(StringComparer.Ordinal)
    {
        ["full_vs_tar_zstd"] = Ratio("full", "tar_zstd"),
        ["incremental_vs_full"] = Ratio("incremental", "full"),
        ["restore_vs_unzstd_tar"] = Ratio("restore", "unzstd_tar"),
        ["verify_vs_full"] = Ratio("verify", "full"),
        ["size_vs_tar_zstd"] = (double)bytes["full"] / bytes["tar_zstd"],
        ["peak_mib"] = bytes["peak"] / 1048576.0,
    };

    // The median of the rounds' own ratios: both steps of a round met the same machine.
    private double Ratio(string step, string against) =>
        Median(seconds[step].Zip(seconds[against], (a, b) => a / b).ToList());

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
