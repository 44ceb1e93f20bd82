using System.Text.Json;

namespace Cairn.Bench.Repository;

/// <summary>What every step cost in every round, and what follows from the medians.</summary>
internal sealed class BenchReport(BenchOptions options)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<string> order = [];
    private readonly Dictionary<string, List<Measured>> steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> bytes = new(StringComparer.Ordinal);

    public int Rounds { get; set; }

    public void Add(string step, Measured measured)
    {
        if (!steps.TryGetValue(step, out var rounds))
        {
            steps[step] = rounds = [];
            order.Add(step);
        }

        rounds.Add(measured);
    }

    public void SetBytes(string what, long count) => bytes[what] = count;

    public void Print(TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{options.DataMiB} MiB, medians of {Rounds} rounds, {Environment.ProcessorCount} processors, warm cache, all ended by sync -f"));
        output.WriteLine("  step                 wall s   processor s   peak MiB   output MiB");
        foreach (var step in order)
        {
            var rounds = steps[step];
            var size = bytes.TryGetValue(step, out var count) ? FormattableString.Invariant($"{count / 1048576.0,12:f1}") : string.Empty;
            output.WriteLine(FormattableString.Invariant(
                $"  {step,-18} {Median(rounds, r => r.Wall.TotalSeconds),8:f2}   {Median(rounds, r => r.Processor.TotalSeconds),11:f2}   {Median(rounds, r => r.PeakBytes / 1048576.0),8:f0} {size}"));
        }

        foreach (var (name, ratio) in Ratios())
        {
            output.WriteLine(FormattableString.Invariant($"  {name,-24} {ratio:f3}"));
        }
    }

    public Task WriteJsonAsync(Stream file, CancellationToken cancellationToken) => JsonSerializer.SerializeAsync(
        file,
        new
        {
            name = "repository",
            data_mib = options.DataMiB,
            rounds = Rounds,
            processors = Environment.ProcessorCount,
            steps = steps.ToDictionary(
                s => s.Key,
                s => new
                {
                    wall_seconds = s.Value.Select(m => m.Wall.TotalSeconds),
                    processor_seconds = s.Value.Select(m => m.Processor.TotalSeconds),
                    peak_bytes = s.Value.Select(m => m.PeakBytes),
                    output_bytes = bytes.TryGetValue(s.Key, out var size) ? size : (long?)null,
                }),
            ratios = Ratios(),
        },
        Indented,
        cancellationToken);

    private SortedDictionary<string, double> Ratios()
    {
        var ratios = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["full_vs_tar_zstd"] = Ratio("full", "tar_zstd"),
            ["incremental_vs_full"] = Ratio("incremental", "full"),
            ["restore_vs_unzstd_tar"] = Ratio("restore", "unzstd_tar"),
            ["verify_vs_full"] = Ratio("verify", "full"),
            ["size_vs_tar_zstd"] = (double)bytes["full"] / bytes["tar_zstd"],
            ["peak_mib"] = new[] { "full", "incremental", "restore", "verify" }.Max(s => steps[s].Max(r => r.PeakBytes)) / 1048576.0,
        };
        foreach (var peer in new[] { "restic", "borg", "cp" }.Where(steps.ContainsKey))
        {
            ratios[$"full_vs_{peer}"] = Ratio("full", peer);
        }

        return ratios;
    }

    // The median of the rounds' own ratios: both steps of a round met the same machine.
    private double Ratio(string step, string against) =>
        Median(steps[step].Zip(steps[against], (a, b) => a.Wall / b.Wall).ToList(), r => r);

    private static double Median<T>(List<T> values, Func<T, double> of)
    {
        var sorted = values.Select(of).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
