using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cairn.Bench;

/// <summary>What every step of a benchmark cost in every round, and what follows from the medians.</summary>
internal sealed class StepReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<string> order = [];
    private readonly Dictionary<string, List<Measured>> steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<long>> bytes = new(StringComparer.Ordinal);

    /// <summary>Whole rounds.</summary>
    public int Rounds { get; set; }

    /// <summary>Adds a step of a round.</summary>
    public void Add(string step, Measured measured)
    {
        if (!steps.TryGetValue(step, out var rounds))
        {
            steps[step] = rounds = [];
            order.Add(step);
        }

        rounds.Add(measured);
    }

    /// <summary>Adds how large a step's result is.</summary>
    public void AddBytes(string step, long count)
    {
        if (!bytes.TryGetValue(step, out var rounds))
        {
            bytes[step] = rounds = [];
        }

        rounds.Add(count);
    }

    /// <summary>Whether the step was run.</summary>
    public bool Has(string step) => steps.ContainsKey(step);

    /// <summary>The median of the rounds' own ratios of wall time: both steps of a round met the same machine.</summary>
    public double Ratio(string step, string against) => Ratio(step, against, measured => measured.Wall.TotalSeconds);

    /// <summary>As the other, of anything that was measured.</summary>
    public double Ratio(string step, string against, Func<Measured, double> of) =>
        Median([.. steps[step].Zip(steps[against], (a, b) => of(a) / of(b))]);

    /// <summary>Of the results' sizes.</summary>
    public double BytesRatio(string step, string against) => Median([.. bytes[step].Zip(bytes[against], (a, b) => (double)a / b)]);

    /// <summary>The most memory that any round of the steps took.</summary>
    public double PeakMiB(params IEnumerable<string> of) => of.Max(step => steps[step].Max(round => round.PeakBytes)) / 1048576.0;

    /// <summary>The table.</summary>
    public void Print(TextWriter output, string headline, IReadOnlyDictionary<string, double> ratios)
    {
        output.WriteLine(headline);
        output.WriteLine("  step                   wall s   processor s   peak MiB   output MiB");
        foreach (var step in order)
        {
            var rounds = steps[step];
            var size = bytes.TryGetValue(step, out var counts) ? FormattableString.Invariant($"{Median([.. counts.Select(count => count / 1048576.0)]),12:f1}") : string.Empty;
            output.WriteLine(FormattableString.Invariant(
                $"  {step,-20} {Median([.. rounds.Select(r => r.Wall.TotalSeconds)]),8:f2}   {Median([.. rounds.Select(r => r.Processor.TotalSeconds)]),11:f2}   {Median([.. rounds.Select(r => r.PeakBytes / 1048576.0)]),8:f0} {size}"));
        }

        foreach (var (name, ratio) in ratios)
        {
            output.WriteLine(FormattableString.Invariant($"  {name,-36} {ratio:f3}"));
        }
    }

    /// <summary>Everything as JSON: <paramref name="facts"/> first, then the rounds, the steps and the ratios.</summary>
    public Task WriteJsonAsync(Stream file, JsonObject facts, IReadOnlyDictionary<string, double> ratios, CancellationToken cancellationToken)
    {
        facts["rounds"] = Rounds;
        facts["processors"] = Environment.ProcessorCount;
        facts["steps"] = JsonSerializer.SerializeToNode(order.ToDictionary(
            step => step,
            step => new
            {
                wall_seconds = steps[step].Select(m => m.Wall.TotalSeconds),
                processor_seconds = steps[step].Select(m => m.Processor.TotalSeconds),
                peak_bytes = steps[step].Select(m => m.PeakBytes),
                output_bytes = bytes.TryGetValue(step, out var counts) ? Median([.. counts.Select(count => (double)count)]) : (double?)null,
            }));
        facts["ratios"] = JsonSerializer.SerializeToNode(ratios);
        return JsonSerializer.SerializeAsync(file, facts, Indented, cancellationToken);
    }

    /// <summary>The middle of some numbers.</summary>
    public static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
