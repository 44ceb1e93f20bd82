using Cairn.Agent.Journal;

namespace Cairn.Agent.Backup;

/// <summary>A live capture in memory: its record as journaled, how many use it, and the way to take it from them.</summary>
internal sealed class CaptureHold(CaptureRecord record)
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CaptureRecord record = record;
    private int users;
    private bool closed;

    /// <summary>The latest record.</summary>
    public CaptureRecord Record
    {
        get => Volatile.Read(ref record);
        set => Volatile.Write(ref record, value);
    }

    /// <summary>Orders changes of the record.</summary>
    public Lock Changing { get; } = new();

    /// <summary>One removal at a time.</summary>
    public SemaphoreSlim Removing { get; } = new(1);

    /// <summary>Cancelled when it ends.</summary>
    public CancellationTokenSource Lost { get; } = new();

    /// <summary>Why it ended.</summary>
    public string LostReason { get; private set; } = "";

    /// <summary>True while a step or a copy works with it.</summary>
    public bool InUse
    {
        get
        {
            lock (gate)
            {
                return users > 0;
            }
        }
    }

    /// <summary>Begins a use; false when it is ending.</summary>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            users++;
            return true;
        }
    }

    /// <summary>Ends a use.</summary>
    public void Leave()
    {
        lock (gate)
        {
            users--;
            if (closed && users == 0)
            {
                unused.TrySetResult();
            }
        }
    }

    /// <summary>Lets no more users in, sends the present ones away, and waits until they are gone.</summary>
    public Task CloseAsync(string reason)
    {
        lock (gate)
        {
            if (!closed)
            {
                closed = true;
                LostReason = reason;
                if (users == 0)
                {
                    unused.TrySetResult();
                }
            }
        }

        Lost.Cancel();
        return unused.Task;
    }
}
