using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>The restores of this node and the moves that their states may make.</summary>
internal sealed class RestoreJournal(AgentSettings settings, AgentJournal journal, TimeProvider time)
{
    /// <summary>The restore; null when this node has none of that job.</summary>
    public RestoreRecord? Find(string jobId) => journal.Restores.Find(jobId);

    /// <summary>The restore.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.NoSuchRestore"/>.</exception>
    public RestoreRecord Require(string jobId) => Find(jobId) ?? throw new CairnException(
        ErrorCode.NoSuchRestore,
        $"this node has no restore of job {jobId}",
        "'cairn job list' shows the restores",
        settings.Node,
        jobId);

    /// <summary>Those that are between two states, or wait for a decision.</summary>
    public IReadOnlyList<RestoreRecord> Unfinished() =>
    [
        .. All().Where(restore => restore.State is not (RestoreState.Swapped or RestoreState.Undone or RestoreState.Discarded)),
    ];

    /// <summary>All of them.</summary>
    public IEnumerable<RestoreRecord> All() => journal.Restores.All();

    /// <summary>Journals a restore that begins to be staged, again or for the first time.</summary>
    public RestoreRecord BeginStaging(
        RestoreQuestion question, long epoch, IReadOnlyList<RestorePart> parts, IReadOnlyList<string> missingParents, string onlineInstance)
    {
        var now = time.GetUtcNow();
        var earlier = Find(question.JobId);
        var restore = new RestoreRecord
        {
            JobId = question.JobId,
            Cluster = question.Cluster,
            Epoch = epoch,
            PointId = question.Point.ToString(),
            State = RestoreState.Staging,
            Parts = parts,
            MadeParents = [.. (earlier?.MadeParents ?? []).Union(missingParents).Order(StringComparer.Ordinal)],
            Created = earlier?.Created ?? now,
            Offline = question.Offline,
            Objects = question.Objects,
            Instance = onlineInstance,
            SourceNode = question.Objects.Count > 0 ? question.SourceNode : "",
            Changed = now,
        };
        journal.Restores.Put(restore.JobId, restore);
        return restore;
    }

    /// <summary>Remembers that a job's restore was given up before it was ever staged here, so that a late command finds out.</summary>
    public void RecordDiscarded(string jobId, string cluster, long epoch) => journal.Restores.Put(jobId, new RestoreRecord
    {
        JobId = jobId,
        Cluster = cluster,
        Epoch = epoch,
        PointId = "",
        State = RestoreState.Discarded,
        Parts = [],
        MadeParents = [],
        Created = time.GetUtcNow(),
        Changed = time.GetUtcNow(),
    });

    /// <summary>Moves a restore to another state, durably.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when the move is not legal.</exception>
    public RestoreRecord Move(
        RestoreRecord restore, RestoreState to, Func<RestoreRecord, RestoreRecord>? change = null)
    {
        if (restore.State != to && !IsLegal(restore.State, to))
        {
            throw Illegal(settings.Node, restore, to.ToString());
        }

        if (Find(restore.JobId) is { } now && now.State != restore.State)
        {
            // Somebody else has moved it since it was read.
            throw Illegal(settings.Node, now, to.ToString());
        }

        var moved = (change?.Invoke(restore) ?? restore) with { State = to, Changed = time.GetUtcNow() };
        journal.Restores.Put(moved.JobId, moved);
        return moved;
    }

    /// <summary>The failure of a command that does not fit the restore's state.</summary>
    public static CairnException Illegal(string node, RestoreRecord restore, string command) => new(
        restore.State == RestoreState.Discarded ? ErrorCode.NoSuchRestore : ErrorCode.InvalidRequest,
        $"restore {restore.JobId} is {Word(restore.State)} on this node, so '{Word(command)}' cannot be done",
        restore.State switch
        {
            RestoreState.Staging or RestoreState.Staged => "decide it first, or discard it",
            RestoreState.Decided => "wait until its directories are in place",
            RestoreState.Swapped => "undo or discard it",
            RestoreState.Undoing => "wait until the old directories are back",
            RestoreState.Undone => "discard it, and restore again",
            _ => "its directories are gone; restore again",
        },
        node,
        restore.JobId);

    private static bool IsLegal(RestoreState from, RestoreState to) => (from, to) switch
    {
        (RestoreState.Staging, RestoreState.Staged or RestoreState.Discarding) => true,
        (RestoreState.Staged, RestoreState.Decided or RestoreState.Discarding) => true,
        (RestoreState.Decided, RestoreState.Swapped or RestoreState.Undoing) => true,
        (RestoreState.Swapped, RestoreState.Undoing or RestoreState.Discarding) => true,
        (RestoreState.Undoing, RestoreState.Undone) => true,
        (RestoreState.Undone, RestoreState.Discarding) => true,
        (RestoreState.Discarding, RestoreState.Discarded) => true,
        _ => false,
    };

    private static string Word(object state) => state.ToString()!.ToLowerInvariant();
}
