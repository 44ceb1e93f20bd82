using System.Collections.Concurrent;
using System.Globalization;

namespace Cairn.TestKit.Processes;

/// <summary>
/// Writes batches of ten points without a pause that matters and remembers what was acknowledged, in the form in which
/// <see cref="OpenGeminiClient.RowsAsync"/> reads it back.
/// </summary>
public sealed class LoadWriter : IAsyncDisposable
{
    private const int Batch = 10;
    private const int Series = 23;
    private const long StartNs = 1_794_300_000_000_000_000;
    private readonly OpenGeminiClient client = new();
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> acknowledged = new();
    private readonly Task running;
    private int refused;

    /// <param name="hosts">The ts-sql hosts, used in turn.</param>
    /// <param name="database">Where to.</param>
    /// <param name="measurement">Where to.</param>
    /// <param name="pause">Between two batches.</param>
    public LoadWriter(IReadOnlyList<string> hosts, string database, string measurement, TimeSpan pause) =>
        running = RunAsync(hosts, database, measurement, pause);

    /// <summary>Batches that were not acknowledged; their points may be there or not.</summary>
    public int Refused => refused;

    /// <summary>How many points have been acknowledged so far.</summary>
    public int Count => acknowledged.Count;

    /// <summary>The rows acknowledged so far.</summary>
    public HashSet<string> Acknowledged() => acknowledged.ToHashSet(StringComparer.Ordinal);

    /// <summary>Waits until at least so many points have been acknowledged.</summary>
    public Task WaitForAsync(int points, CancellationToken cancellationToken) => Eventually.HoldsAsync(
        $"{points} points acknowledged",
        _ => Task.FromResult(acknowledged.Count >= points ? null : $"{acknowledged.Count} acknowledged, {refused} batches refused"),
        TimeSpan.FromSeconds(60),
        cancellationToken);

    /// <summary>Ends the load after the batch under way.</summary>
    public async Task StopAsync()
    {
        await stop.CancelAsync();
        await running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stop.Dispose();
        client.Dispose();
    }

    private async Task RunAsync(IReadOnlyList<string> hosts, string database, string measurement, TimeSpan pause)
    {
        for (var next = 0L; !stop.IsCancellationRequested; next += Batch)
        {
            var batch = Enumerable.Range(0, Batch).Select(at => (Value: next + at, Key: (next + at) % Series, Time: StartNs + ((next + at) * 1_000_000)))
                .ToList();
            var lines = string.Join('\n', batch.Select(point => string.Create(
                CultureInfo.InvariantCulture, $"{measurement},k=k{point.Key} v={point.Value}i {point.Time}")));

            // The batch under way is always finished: what was sent must be known as acknowledged or not.
            if (await client.WriteAsync(hosts[(int)(next / Batch % hosts.Count)], database, lines, CancellationToken.None))
            {
                foreach (var point in batch)
                {
                    acknowledged.Enqueue(string.Create(
                        CultureInfo.InvariantCulture, $"k=k{point.Key} time={point.Time} v={point.Value}"));
                }
            }
            else
            {
                Interlocked.Increment(ref refused);
            }

            try
            {
                await Task.Delay(pause, TimeProvider.System, stop.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
