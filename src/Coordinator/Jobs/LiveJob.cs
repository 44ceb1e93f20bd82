using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// The state of one job as watchers see it: one immutable message, swapped whole. Watchers that are slow see the newest
/// state, not each; nothing queues. May be used from any thread.
/// </summary>
internal sealed class LiveJob(Job initial)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource end = NewSignal();
    private TaskCompletionSource changed = NewSignal();
    private Job current = initial;

    /// <summary>Completes when the job has ended.</summary>
    public Task WhenEnded => end.Task;

    /// <summary>The state now, and a task that ends with the next change. The message must not be changed.</summary>
    public (Job State, Task Changed) Look()
    {
        lock (gate)
        {
            return (current, changed.Task);
        }
    }

    /// <summary>Replaces the state by a copy that <paramref name="change"/> was applied to.</summary>
    public Job Update(Action<Job> change)
    {
        TaskCompletionSource signal;
        Job next;
        lock (gate)
        {
            next = current.Clone();
            change(next);
            current = next;
            signal = changed;
            changed = NewSignal();
        }

        signal.SetResult();
        if (next.Ended is not null)
        {
            end.TrySetResult();
        }

        return next;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
