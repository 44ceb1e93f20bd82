using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The stream of requests of one call.</summary>
internal sealed class ClientStreamWriter<T>(
    ClientCall call, StreamingContent content, Action<T, SerializationContext> serializer, int? limitBytes)
    : IClientStreamWriter<T>
    where T : class
{
    private readonly Lock gate = new();
    private bool isWriting;
    private bool isCompleted;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        Enter();
        try
        {
            using var onCancelled = call.CancelOn(cancellationToken);
            call.ThrowIfOver();
            await SendAsync(message).ConfigureAwait(false);
        }
        finally
        {
            lock (gate)
            {
                isWriting = false;
            }
        }
    }

    public async Task CompleteAsync()
    {
        lock (gate)
        {
            if (isWriting)
            {
                throw new InvalidOperationException("Can't complete the stream because the previous write is in progress.");
            }

            isCompleted = true;
        }

        try
        {
            await content.CompleteAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The call was over before its request began: there is no stream to end.
        }
    }

    private void Enter()
    {
        lock (gate)
        {
            if (isCompleted)
            {
                throw new InvalidOperationException("Can't write the message because the stream was completed.");
            }

            if (isWriting)
            {
                throw new InvalidOperationException("Can't write the message because the previous write is in progress.");
            }

            isWriting = true;
        }
    }

    private async Task SendAsync(T message)
    {
        OutgoingMessage outgoing;
        var options = WriteOptions ?? call.WriteOptions;
        try
        {
            outgoing = OutgoingMessage.Create(message, serializer, limitBytes, call.CompressorFor(options));
        }
        catch (RpcException failure)
        {
            call.Finish(failure.Status, failure.Trailers);
            throw;
        }

        using (outgoing)
        {
            try
            {
                var isFlushed = options?.Flags.HasFlag(WriteFlags.BufferHint) != true;
                await content.WriteAsync(outgoing.Frame, isFlushed).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not RpcException)
            {
                throw await call.ExplainWriteFailureAsync(failure).ConfigureAwait(false);
            }
        }
    }
}
