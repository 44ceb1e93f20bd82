namespace Grpc.Core;

/// <summary>What every kind of call object has in common.</summary>
internal sealed class AsyncCallState(
    Task<Metadata> responseHeaders, Func<Status> getStatus, Func<Metadata> getTrailers, Action dispose)
{
    public Task<Metadata> ResponseHeaders { get; } = responseHeaders;

    public Status GetStatus() => getStatus();

    public Metadata GetTrailers() => getTrailers();

    public void Dispose() => dispose();
}
