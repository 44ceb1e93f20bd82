using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>Signs of life of one task: when its agent last answered, and when anything of the task last moved. On one thread.</summary>
internal sealed class TaskPulse(DateTimeOffset began)
{
    private Progress? last;
    private DateTimeOffset moved = began;

    /// <summary>When its agent last told anything of it.</summary>
    public DateTimeOffset LastContact { get; private set; } = began;

    /// <summary>Takes in what the agent told.</summary>
    public void Feel(V1.TaskStatus status, DateTimeOffset now)
    {
        LastContact = now;
        if (last is null || !last.Equals(status.Progress))
        {
            last = status.Progress ?? new Progress();
            moved = now;
        }
    }

    /// <summary>How long nothing of it has moved.</summary>
    public TimeSpan StillFor(DateTimeOffset now) => now - moved;
}
