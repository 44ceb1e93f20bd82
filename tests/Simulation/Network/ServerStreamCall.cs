using System.Threading.Channels;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>One question, many answers in their order.</summary>
internal sealed class ServerStreamCall<TRequest, TResponse>(
    SimulatedNetwork network, Endpoint from, string to, Method<TRequest, TResponse> method, CallOptions options, TRequest request)
    : SimulatedCall<TRequest, TResponse>(network, from, to, method, options), IAsyncStreamReader<TResponse>
    where TRequest : class
    where TResponse : class
{
    private readonly TRequest sent = Wire.Copy(request);
    private readonly Channel<TResponse> answers = Channel.CreateUnbounded<TResponse>();
    private TResponse? current;

    /// <inheritdoc/>
    public TResponse Current => current ?? throw new InvalidOperationException("nothing was read yet");

    /// <inheritdoc/>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!await answers.Reader.WaitToReadAsync(cancellationToken))
        {
            return false;
        }

        return answers.Reader.TryRead(out current);
    }

    protected override async Task ServeAsync(ServedMethods methods, SimulatedContext context)
    {
        await methods.Get<ServerStreamingServerMethod<TRequest, TResponse>>(Method.FullName)(
            sent, new Writer(this, context), context);
        if (IsServerAlive)
        {
            Down("end", () => End(Status.DefaultSuccess));
        }
    }

    protected override Task ServeUnheardAsync(ServedMethods methods, SimulatedContext context) =>
        throw new NotSupportedException("streams come once");

    protected override void Ended(Status status, Metadata trailers) => answers.Writer.TryComplete(
        status.StatusCode == StatusCode.OK ? null : Exception(status, trailers));

    private void Write(TResponse message, SimulatedContext context)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        if (IsServerAlive)
        {
            var copy = Wire.Copy(message);
            Down(Moment, () => answers.Writer.TryWrite(copy));
        }
    }

    private sealed class Writer(ServerStreamCall<TRequest, TResponse> call, SimulatedContext context) : IServerStreamWriter<TResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(TResponse message, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            call.Write(message, context);
            return Task.CompletedTask;
        }
    }
}
