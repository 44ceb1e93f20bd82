using Cairn.Simulation.Clocks;
using Grpc.Core;

namespace Cairn.Simulation.Network;

/// <summary>A served call, as its method sees it.</summary>
internal sealed class SimulatedContext : ServerCallContext, IDisposable
{
    private readonly string method;
    private readonly string peer;
    private readonly DateTime deadline;
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource gone = new();
    private readonly CancellationTokenSource either;

    public SimulatedContext(string method, string peer, TimeSpan? left, HostClock clock)
    {
        this.method = method;
        this.peer = peer;
        deadline = left is { } limit ? (clock.GetUtcNow() + limit).UtcDateTime : DateTime.MaxValue;
        expiry = left is { } longest
            ? new CancellationTokenSource(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, clock)
            : new CancellationTokenSource();
        either = CancellationTokenSource.CreateLinkedTokenSource(expiry.Token, gone.Token);
    }

    /// <summary>True when the deadline ended it.</summary>
    public bool HasExpired => expiry.IsCancellationRequested;

    protected override string MethodCore => method;

    protected override string HostCore => "simulation";

    protected override string PeerCore => peer;

    protected override DateTime DeadlineCore => deadline;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => either.Token;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; } = Status.DefaultSuccess;

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(peerIdentityPropertyName: null, []);

    /// <summary>The caller is gone. On a thread of its own: what the method does about it is not the network's business.</summary>
    public void Cancel() => ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), gone, preferLocal: false);

    /// <inheritdoc/>
    public void Dispose() => expiry.Dispose();

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        throw new NotSupportedException("nothing is propagated by a token here: deadlines travel by the interceptor");
}
