namespace Grpc.Core;

/// <summary>A stream of messages from the peer. One pending <see cref="MoveNext"/> at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last <see cref="MoveNext"/> found.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    T Current { get; }

    /// <summary>Waits for the next message; false at the end of the stream.</summary>
    /// <param name="cancellationToken">Cancels the whole call, not only the waiting.</param>
    /// <exception cref="RpcException">On a client: the call failed.</exception>
    /// <exception cref="InvalidOperationException">
    /// Another read is pending, or the call is over on the server.
    /// </exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
