using OpenGeminiDouble.Configuration;

namespace OpenGeminiDouble.Store;

/// <summary>
/// The restless store: while the control <c>churn</c> (a seed) is set, partitions are flushed, compacted and their index parts
/// merged at random, <c>churn-rate</c> times a second (default 20).
/// </summary>
internal sealed class Churn(Controls controls, Func<List<StoredPartition>> partitions)
{
    private const int DefaultRate = 20;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Random? random = null;
        try
        {
            while (true)
            {
                var rate = Math.Max(1, controls.Number("churn-rate", DefaultRate));
                await Task.Delay(TimeSpan.FromMilliseconds(1000.0 / rate), TimeProvider.System, cancellationToken);
                if (controls.Get("churn") is null)
                {
                    random = null;
                    continue;
                }

                random ??= new Random(controls.Number("churn", 0));
                Once(random, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"churn ended: {e}");
        }
    }

    private void Once(Random random, CancellationToken cancellationToken)
    {
        var all = partitions();
        if (all.Count == 0)
        {
            return;
        }

        var partition = all[random.Next(all.Count)];
        lock (partition.Gate)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            switch (random.Next(4))
            {
                case 0:
                    foreach (var shard in partition.Shards)
                    {
                        shard.Compact();
                    }

                    break;
                case 1:
                    foreach (var shard in partition.Shards)
                    {
                        shard.Index.Merge();
                    }

                    break;
                default:
                    partition.Flush();
                    break;
            }
        }
    }
}
