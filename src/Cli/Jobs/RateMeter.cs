using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary>
/// How fast each node works: bytes over a sliding window, so that the number follows what happens now and does not jump
/// with every message.
/// </summary>
/// <remarks>For one job, on one thread.</remarks>
internal sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    // Shorter spans would make the first rates wild.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, Samples> nodes = [];

    /// <summary>Takes in a job's state.</summary>
    public void Observe(Job job)
    {
        var now = time.GetUtcNow();
        foreach (var node in job.Nodes)
        {
            if (node.Progress is not { } progress)
            {
                continue;
            }

            if (!nodes.TryGetValue(node.Node, out var samples))
            {
                samples = nodes[node.Node] = new Samples();
            }

            samples.Add(now, progress, Window);
        }
    }

    /// <summary>Bytes per second on a node; null while that cannot be told.</summary>
    public double? BytesPerSecond(string node) => nodes.GetValueOrDefault(node)?.Rate(time.GetUtcNow(), Shortest);

    private sealed class Samples
    {
        private readonly Queue<(DateTimeOffset At, long Bytes)> queue = new();
        private string phase = "";
        private long latest;

        public void Add(DateTimeOffset now, Progress progress, TimeSpan window)
        {
            // Another phase counts from nothing again.
            if (progress.Phase != phase || progress.BytesDone < latest)
            {
                queue.Clear();
                phase = progress.Phase;
            }

            latest = progress.BytesDone;
            queue.Enqueue((now, latest));

            // One sample older than the window stays, so that the window is full.
            while (queue.Count > 2 && now - queue.ElementAt(1).At >= window)
            {
                queue.Dequeue();
            }
        }

        public double? Rate(DateTimeOffset now, TimeSpan shortest)
        {
            if (!queue.TryPeek(out var first))
            {
                return null;
            }

            var span = now - first.At;
            return span < shortest ? null : (latest - first.Bytes) / span.TotalSeconds;
        }
    }
}
