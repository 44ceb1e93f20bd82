using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>The stream of requests of one call.</summary>
internal sealed class ServerStreamReader<T>(ServerCall call, Func<DeserializationContext, T> deserializer)
    : IAsyncStreamReader<T>
    where T : class
{
    private T? current;
    private int isReading;
    private bool isAtEnd;

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
            if (isAtEnd)
            {
                return false;
            }

            current = await call.ReadAsync(deserializer, cancellationToken).ConfigureAwait(false);
            isAtEnd = current is null;
            return !isAtEnd;
        }
        finally
        {
            Volatile.Write(ref isReading, 0);
        }
    }
}
