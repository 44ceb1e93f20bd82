namespace Interop.Server;

/// <summary>Remembers that a call was cancelled by its client.</summary>
public sealed class Cancellations
{
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstSeen => first.Task;

    public void Note() => first.TrySetResult();
}
