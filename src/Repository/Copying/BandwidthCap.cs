namespace Cairn.Repository;

/// <summary>Holds reading back so that it keeps to a number of bytes per second. What was not used is kept for a second at most. Not for concurrent use.</summary>
internal sealed class BandwidthCap(long? bytesPerSecond, TimeProvider time)
{
    private long last = time.GetTimestamp();
    private double credit = bytesPerSecond ?? 0;

    /// <summary>After reading so many bytes: waits until they are paid for.</summary>
    public async ValueTask SpendAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytesPerSecond is not { } rate)
        {
            return;
        }

        var now = time.GetTimestamp();
        credit = Math.Min(rate, credit + (time.GetElapsedTime(last, now).TotalSeconds * rate)) - bytes;
        last = now;
        if (credit < 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(-credit / rate), time, cancellationToken);
        }
    }
}
