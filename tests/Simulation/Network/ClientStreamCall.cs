using System.Threading.Channels;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>Many messages in their order, one answer.</summary>
internal sealed class ClientStreamCall<TRequest, TResponse>(
    SimulatedNetwork network, Endpoint from, string to, Method<TRequest, TResponse> method, CallOptions options)
    : SimulatedCall<TRequest, TResponse>(network, from, to, method, options), IClientStreamWriter<TRequest>
    where TRequest : class
    where TResponse : class
{
    private readonly Channel<TRequest> requests = Channel.CreateUnbounded<TRequest>();
    private readonly TaskCompletionSource<TResponse> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer.</summary>
    public Task<TResponse> Answer => answer.Task;

    /// <inheritdoc/>
    public WriteOptions? WriteOptions { get; set; }

    /// <inheritdoc/>
    public Task WriteAsync(TRequest message) => WriteAsync(message, CancellationToken.None);

    /// <inheritdoc/>
    public Task WriteAsync(TRequest message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (answer.Task.IsCompleted)
        {
            throw new InvalidOperationException("the call is over");
        }

        var copy = Wire.Copy(message);
        Up(Moment, () => requests.Writer.TryWrite(copy));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task CompleteAsync()
    {
        Up("end", () => requests.Writer.TryComplete());
        return Task.CompletedTask;
    }

    protected override async Task ServeAsync(ServedMethods methods, SimulatedContext context)
    {
        var response = await methods.Get<ClientStreamingServerMethod<TRequest, TResponse>>(Method.FullName)(
            new Reader(requests.Reader, context), context);
        if (IsServerAlive)
        {
            Down("answer", () =>
            {
                if (End(Status.DefaultSuccess))
                {
                    answer.TrySetResult(Wire.Copy(response));
                }
            });
        }
    }

    protected override Task ServeUnheardAsync(ServedMethods methods, SimulatedContext context) =>
        throw new NotSupportedException("streams come once");

    protected override void Ended(Status status, Metadata trailers)
    {
        if (status.StatusCode != StatusCode.OK)
        {
            answer.TrySetException(Exception(status, trailers));
        }
    }

    private sealed class Reader(ChannelReader<TRequest> messages, SimulatedContext context) : IAsyncStreamReader<TRequest>
    {
        private TRequest? current;

        public TRequest Current => current ?? throw new InvalidOperationException("nothing was read yet");

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.CancellationToken);
            return await messages.WaitToReadAsync(either.Token) && messages.TryRead(out current);
        }
    }
}
