namespace Grpc.Core;

/// <summary>A stream of messages to the peer. One pending write at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the following messages are written; null for the call's options.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message; done when the peer's flow-control window has taken it.</summary>
    /// <exception cref="InvalidOperationException">Another write is pending, or the stream is completed.</exception>
    /// <exception cref="RpcException">On a client: the call is over.</exception>
    Task WriteAsync(T message);

    /// <summary>As above; the token cancels the whole call.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            throw new NotSupportedException("Cancellation of stream writes is not supported by this writer.");
        }

        return WriteAsync(message);
    }
}
