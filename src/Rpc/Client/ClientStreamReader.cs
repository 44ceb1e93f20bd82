using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The stream of responses of one call.</summary>
internal sealed class ClientStreamReader<T>(ClientCall call, Func<DeserializationContext, T> deserializer)
    : IAsyncStreamReader<T>
    where T : class
{
    private T? current;
    private int isReading;

    public T Current => current ?? throw new InvalidOperationException("No current message: call MoveNext first.");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref isReading, 1) == 1)
        {
            throw new InvalidOperationException("Can't read the next message because the previous read is in progress.");
        }

        try
        {
            // The last message is let go before the wait for the next one, which may be long.
            current = null;
            using var onCancelled = call.CancelOn(cancellationToken);
            current = await call.ReadAsync(deserializer).ConfigureAwait(false);
            return current is not null;
        }
        finally
        {
            Volatile.Write(ref isReading, 0);
        }
    }
}
