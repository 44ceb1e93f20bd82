using System.Net;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>
/// A body that stays open while messages are written to it. When the server refuses the stream the handler asks for it
/// again, which works as long as nothing was written.
/// </summary>
internal sealed class StreamingContent : HttpContent, IRequestContent
{
    private readonly Lock gate = new();
    private TaskCompletionSource<Attempt> ready = NewReady();
    private Attempt? current;
    private bool hasWritten;
    private bool isCompleted;
    private bool isClosed;

    /// <summary>Writes one message with its prefix.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, bool isFlushed)
    {
        Task<Attempt> starting;
        lock (gate)
        {
            starting = ready.Task;
        }

        var attempt = await starting.ConfigureAwait(false);
        lock (gate)
        {
            hasWritten = true;
        }

        await attempt.Stream.WriteAsync(frame, CancellationToken.None).ConfigureAwait(false);
        if (isFlushed)
        {
            await attempt.Stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the body; the end is queued for sending when the task is done.</summary>
    public async Task CompleteAsync()
    {
        Task<Attempt> starting;
        lock (gate)
        {
            isCompleted = true;
            starting = ready.Task;
        }

        var attempt = await starting.ConfigureAwait(false);

        // Runs the handler's continuation on this thread, which queues END_STREAM before this line is done.
        attempt.End.TrySetResult();
    }

    public void Close()
    {
        Attempt? abandoned;
        lock (gate)
        {
            isClosed = true;
            ready.TrySetCanceled();
            abandoned = current;
            current = null;
        }

        abandoned?.End.TrySetCanceled();
    }

    // The overload with a token is not taken on purpose: the handler fires it when the stream was reset or the connection
    // lost, and a body that fails then hides the true cause. The body ends with its call, see Close, or its next attempt.
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        EnsureCanStart();

        // Without a flush the request's headers would wait for the first message.
        await stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        var attempt = new Attempt(stream);
        Publish(attempt);
        await attempt.End.Task.ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private static TaskCompletionSource<Attempt> NewReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void EnsureCanStart()
    {
        Attempt? abandoned;
        lock (gate)
        {
            if (isClosed)
            {
                throw new RpcException(Status.DefaultCancelled);
            }

            if (hasWritten)
            {
                throw new RpcException(new Status(
                    StatusCode.Unavailable, "The server refused the stream after messages were written to it."));
            }

            if (ready.Task.IsCompleted)
            {
                ready = NewReady();
            }

            abandoned = current;
            current = null;
        }

        abandoned?.End.TrySetCanceled();
    }

    private void Publish(Attempt attempt)
    {
        lock (gate)
        {
            current = attempt;
            if (isClosed)
            {
                attempt.End.TrySetCanceled();
            }
            else if (isCompleted)
            {
                attempt.End.TrySetResult();
            }

            ready.TrySetResult(attempt);
        }
    }

    private sealed class Attempt(Stream stream)
    {
        public Stream Stream { get; } = stream;

        /// <summary>Its continuations run inline on purpose, see <see cref="CompleteAsync"/>.</summary>
        public TaskCompletionSource End { get; } = new();
    }
}
