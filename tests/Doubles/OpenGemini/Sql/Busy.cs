using System.Globalization;
using OpenGeminiDouble.Configuration;

namespace OpenGeminiDouble.Sql;

/// <summary>
/// Writes of its own: while the control <c>busy</c> names a database, batches of ten points go into measurement
/// <c>busy</c>, <c>busy-rate</c> batches a second (default 20), through the same way as a client's.
/// </summary>
internal sealed class Busy(Writes writes, Controls controls)
{
    private const int Batch = 10;
    private const long StartNs = 1_794_300_000_000_000_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var next = 0L;
        try
        {
            while (true)
            {
                var rate = Math.Max(1, controls.Number("busy-rate", 20));
                await Task.Delay(TimeSpan.FromMilliseconds(1000.0 / rate), TimeProvider.System, cancellationToken);
                if (controls.Get("busy") is not { } database)
                {
                    continue;
                }

                var lines = Enumerable.Range(0, Batch).Select(at => string.Create(
                    CultureInfo.InvariantCulture, $"busy,k=k{(next + at) % 97} v={next + at}i {StartNs + ((next + at) * 1000)}"));
                if (await writes.WriteAsync(database, string.Join('\n', lines), 1, cancellationToken) is null)
                {
                    next += Batch;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }
}
