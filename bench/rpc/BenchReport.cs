using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cairn.Bench.Rpc;

/// <summary>The figures of all rounds, ours beside the peer's.</summary>
internal sealed class BenchReport(BenchOptions options)
{
    private const string Ours = "ours";
    private const string Peer = "grpc_js";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // By figure, then by implementation; one number for each round.
    private readonly SortedDictionary<string, SortedDictionary<string, List<double>>> figures = new(StringComparer.Ordinal);

    public void Add(string implementation, IReadOnlyDictionary<string, double> round)
    {
        foreach (var (name, value) in round)
        {
            var of = figures.TryGetValue(name, out var known) ? known : figures[name] = new(StringComparer.Ordinal);
            (of.TryGetValue(implementation, out var rounds) ? rounds : of[implementation] = []).Add(value);
        }
    }

    public void Print(TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{options.Rounds} rounds, {options.Seconds} s each, {Environment.ProcessorCount} processors, loopback without TLS; medians (rounds)"));
        foreach (var (name, of) in figures)
        {
            output.WriteLine($"  {name,-26}" + string.Concat(of.Select(one =>
                FormattableString.Invariant($"  {one.Key,8} {Median(one.Value),9:f2} ({string.Join(", ", one.Value.Select(value => value.ToString("f1", CultureInfo.InvariantCulture)))})")))
                + FormattableString.Invariant($"  {TimesBetter(name, of):f2} times better"));
        }
    }

    public Task WriteJsonAsync(Stream file, CancellationToken cancellationToken) => JsonSerializer.SerializeAsync(
        file,
        new
        {
            name = "rpc",
            peer = Peer,
            rounds = options.Rounds,
            seconds = options.Seconds,
            processors = Environment.ProcessorCount,
            runtime = RuntimeInformation.FrameworkDescription,
            system = RuntimeInformation.OSDescription,
            figures = figures.ToDictionary(figure => figure.Key, figure => new
            {
                unit = BenchFigure.Of(figure.Key).Unit,
                better = BenchFigure.Of(figure.Key).Better,
                rounds = figure.Value,
                medians = figure.Value.ToDictionary(one => one.Key, one => Median(one.Value)),
                times_better = TimesBetter(figure.Key, figure.Value),
            }),
        },
        Indented,
        cancellationToken);

    private static double TimesBetter(string name, SortedDictionary<string, List<double>> of) =>
        BenchFigure.Of(name).TimesBetter(Median(of[Ours]), Median(of[Peer]));

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
