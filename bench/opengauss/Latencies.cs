using System.Globalization;
using Cairn.OpenGauss.Servers;

namespace Cairn.Bench.OpenGauss;

/// <summary>What transactions took while a backup ran.</summary>
internal sealed class Latencies
{
    private const int PerSecond = 100;
    private const double Percentile = 0.99;

    private readonly Dictionary<string, List<double>> bySide = new(StringComparer.Ordinal);

    /// <summary>The median of the rounds' 99th percentiles, in milliseconds; not a number when there is none.</summary>
    public double Median(string side) => bySide.TryGetValue(side, out var rounds) ? StepReport.Median([.. rounds]) : double.NaN;

    /// <summary>Runs a backup while pgbench runs for <paramref name="span"/>, and keeps what the transactions that ended during the backup took.</summary>
    public async Task MeasureAsync(string side, Server server, string directory, TimeSpan span, Func<Task> backup)
    {
        var prefix = Path.Combine(directory, $"latency-{Guid.NewGuid():n}");
        using var load = Tool.Start(
            "pgbench",
            [
                .. server.Client, "-n", "-c", "2", "-R", PerSecond.ToString(CultureInfo.InvariantCulture),
                "-T", Math.Ceiling(span.TotalSeconds).ToString(CultureInfo.InvariantCulture), "-l", $"--log-prefix={prefix}", "bank",
            ]);
        var output = load.StandardOutput.ReadToEndAsync();
        var errors = load.StandardError.ReadToEndAsync();
        var begun = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await backup();
        var ended = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await load.WaitForExitAsync();
        if (load.ExitCode != 0)
        {
            throw new InvalidOperationException($"pgbench ended with {load.ExitCode}: {await output}{await errors}");
        }

        // Client, transaction, microseconds, script, epoch seconds and microseconds of its end, lag behind its schedule.
        var took = new List<double>();
        foreach (var file in Directory.GetFiles(directory, Path.GetFileName(prefix) + "*"))
        {
            foreach (var fields in File.ReadLines(file).Select(line => line.Split(' ')))
            {
                var at = (Number(fields[4]) * 1000) + (Number(fields[5]) / 1000);
                if (at >= begun && at <= ended)
                {
                    took.Add(Number(fields[2]) / 1000.0);
                }
            }

            File.Delete(file);
        }

        took.Sort();
        if (!bySide.TryGetValue(side, out var rounds))
        {
            bySide[side] = rounds = [];
        }

        rounds.Add(took.Count == 0 ? throw new InvalidOperationException("no transaction ended during the backup") : took[(int)((took.Count - 1) * Percentile)]);
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
