using Cairn.Agent.Locking;
using Cairn.Agent.Native;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Journal;

/// <summary>
/// All that the agent must not forget: tasks, epochs, captures, copies, exports, restores. One directory, one agent at a time.
/// </summary>
internal sealed class AgentJournal : IDisposable
{
    /// <summary>How long ended records are kept, so that repeated commands get their recorded answers.</summary>
    public static readonly TimeSpan KeepEnded = TimeSpan.FromDays(30);

    private const string Owner = "cairn-agent";

    private AgentJournal(string node, string stateDirectory, NodeLock held)
    {
        Lock = held;
        StateDirectory = stateDirectory;
        var directory = Path.Combine(stateDirectory, "journal");
        NativeFiles.MakeDirectory(directory, 0x1c0);
        NativeFiles.SyncDirectory(stateDirectory);

        var findings = new List<string>();
        Tasks = new JournalCollection<TaskRecord>(directory, "tasks", "task", findings);
        Captures = new JournalCollection<CaptureRecord>(directory, "captures", "capture", findings);
        Copies = new JournalCollection<CopyRecord>(directory, "copies", "copy", findings);
        Exports = new JournalCollection<ExportRecord>(directory, "exports", "export", findings);
        Restores = new JournalCollection<RestoreRecord>(directory, "restores", "restore", findings);
        var epochs = new JournalCollection<EpochRecord>(directory, "epochs", "epochs", findings);
        if (findings.Count > 0)
        {
            throw new JournalDamagedException(node, directory, findings);
        }

        Epochs = new EpochJournal(node, epochs);
    }

    /// <summary>The node's lock, held as long as the journal is open.</summary>
    public NodeLock Lock { get; }

    /// <summary>The agent's state directory.</summary>
    public string StateDirectory { get; }

    /// <summary>Tasks by id.</summary>
    public JournalCollection<TaskRecord> Tasks { get; }

    /// <summary>Captures by job.</summary>
    public JournalCollection<CaptureRecord> Captures { get; }

    /// <summary>Copies by job.</summary>
    public JournalCollection<CopyRecord> Copies { get; }

    /// <summary>Exports that were whole, by job.</summary>
    public JournalCollection<ExportRecord> Exports { get; }

    /// <summary>Restores by job.</summary>
    public JournalCollection<RestoreRecord> Restores { get; }

    /// <summary>The epochs seen.</summary>
    public EpochJournal Epochs { get; }

    /// <summary>Opens the journal below <paramref name="stateDirectory"/>, which is made when it is absent.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.NodeLocked"/>: another process has it open; or it is damaged.</exception>
    public static AgentJournal Open(string node, string stateDirectory) => Open(node, stateDirectory, Owner);

    /// <summary>As <see cref="Open(string, string)"/>, for another program than the agent; <paramref name="owner"/> is its name.</summary>
    public static AgentJournal Open(string node, string stateDirectory, string owner)
    {
        var held = NodeLock.Take(node, stateDirectory, owner);
        try
        {
            return new AgentJournal(node, stateDirectory, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Forgets what ended before <see cref="KeepEnded"/>.</summary>
    public void Prune(DateTimeOffset now)
    {
        var before = now - KeepEnded;
        Prune(Tasks, task => task.Ended < before);
        Prune(Captures, capture => capture.Removed && capture.Ended < before);
        Prune(Copies, copy => copy.Made < before);
        Prune(Exports, export => export.Made < before);
        Prune(Restores, restore => restore.State == RestoreState.Discarded && restore.Changed < before);
    }

    /// <inheritdoc/>
    public void Dispose() => Lock.Dispose();

    private static void Prune<T>(JournalCollection<T> collection, Func<T, bool> ended)
        where T : class
    {
        foreach (var key in collection.Keys())
        {
            if (collection.Find(key) is { } record && ended(record))
            {
                collection.Remove(key);
            }
        }
    }
}
