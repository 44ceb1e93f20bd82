using System.Threading.Channels;
using Cairn.V1;

namespace Cairn.Agent.Tasks;

/// <summary>
/// A task that runs: its latest state, and those who watch it. Watchers that are slow miss states in between, never the
/// last one.
/// </summary>
internal sealed class RunningTask(TaskStatus first, string serialJob, ICommandHandler handler) : IProgress<Progress>
{
    private readonly Lock gate = new();
    private readonly List<Channel<TaskStatus>> watchers = [];
    private readonly TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskStatus latest = first;

    /// <summary>The job whose tasks run one at a time.</summary>
    public string SerialJob => serialJob;

    /// <summary>What does the work.</summary>
    public ICommandHandler Handler => handler;

    /// <summary>Ends the work; null until it may be ended.</summary>
    public CancellationTokenSource Superseded { get; } = new();

    /// <summary>The latest state; never changed once it is told.</summary>
    public TaskStatus Latest
    {
        get
        {
            lock (gate)
            {
                return latest;
            }
        }
    }

    /// <summary>Completes when the last state was told.</summary>
    public Task WhenEnded => end.Task;

    /// <inheritdoc/>
    public void Report(Progress value)
    {
        lock (gate)
        {
            if (!end.Task.IsCompleted)
            {
                var next = latest.Clone();
                next.Progress = value.Clone();
                Tell(next);
            }
        }
    }

    /// <summary>Tells the last state.</summary>
    public void End(TaskStatus last)
    {
        lock (gate)
        {
            Tell(last);
            end.TrySetResult();
            foreach (var watcher in watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    /// <summary>The states from now on, the present one first.</summary>
    public ChannelReader<TaskStatus> Watch()
    {
        var channel = Channel.CreateBounded<TaskStatus>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            channel.Writer.TryWrite(latest);
            if (end.Task.IsCompleted)
            {
                channel.Writer.TryComplete();
            }
            else
            {
                watchers.Add(channel);
            }
        }

        return channel.Reader;
    }

    /// <summary>Stops telling somebody who went away.</summary>
    public void Unwatch(ChannelReader<TaskStatus> reader)
    {
        lock (gate)
        {
            watchers.RemoveAll(watcher => watcher.Reader == reader);
        }
    }

    private void Tell(TaskStatus next)
    {
        latest = next;
        foreach (var watcher in watchers)
        {
            watcher.Writer.TryWrite(next);
        }
    }
}
