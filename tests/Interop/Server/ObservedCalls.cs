using Grpc.Core;

namespace Interop.Server;

/// <summary>Remembers that a call has begun, and that one was cancelled by its client.</summary>
public sealed class ObservedCalls
{
    private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the first call is in its method.</summary>
    public Task FirstBegun => begun.Task;

    /// <summary>Done when a call was cancelled.</summary>
    public Task FirstCancelled => cancelled.Task;

    /// <summary>Watches a call until the result is disposed.</summary>
    public IAsyncDisposable Watch(ServerCallContext context)
    {
        var registration = context.CancellationToken.Register(() => cancelled.TrySetResult());
        begun.TrySetResult();
        return registration;
    }
}
