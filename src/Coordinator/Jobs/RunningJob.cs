using System.Text.Json;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// One job while it runs: what its flow knows and records of it. Everything that a restart needs goes to the catalog
/// before it counts; progress is only shown. One flow owns it; reports of its nodes may come from any thread.
/// </summary>
internal sealed class RunningJob(
    JobRecord record, LiveJob shown, JobTable table, TimeProvider time, ILogger logger, bool adopted) : IDisposable
{
    /// <summary>A job that loops would fill the catalog; later events are dropped, the last one says so.</summary>
    private const int MaxEvents = 1000;

    private readonly Lock gate = new();
    private readonly CancellationTokenSource givenUp = Begun(record);
    private readonly CancellationTokenSource broken = new();
    private string brokenBy = "";
    private int events = shown.Look().State.Events.Count;

    // The flow reads what it has saved also within the same run.
    private string? plan = record.Plan;

    /// <summary>The job's identity.</summary>
    public JobId Id => record.Id;

    /// <summary>The cluster whose lock it holds.</summary>
    public string Cluster => record.Cluster;

    /// <summary>The lock's fencing number, which every command carries. Whoever shares the lock may raise it, so it is looked up.</summary>
    public long Epoch => table.EpochOf(record.Id);

    /// <summary>The point that it is about, as far as that is known when it begins; else empty.</summary>
    public string PointId => record.PointId;

    /// <summary>What it does.</summary>
    public JobKind Kind => record.Kind;

    /// <summary>The user who asked for it; empty for a job from before users were known.</summary>
    public string AskedBy => record.AskedBy;

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset Created => record.Created;

    /// <summary>The request message of its kind.</summary>
    public ByteString Request => record.Request;

    /// <summary>The restore that an undo or a discard is about; else empty.</summary>
    public string RestoreJobId => record.RestoreJobId;

    /// <summary>True when an earlier process began it: agents may know its tasks already.</summary>
    public bool Adopted => adopted;

    /// <summary>The one durable choice.</summary>
    public JobDecision Decision { get; private set; } = record.Decision;

    /// <summary>Until when it can be resumed, where it is to fail with its captures kept; else null.</summary>
    public DateTimeOffset? ResumableUntil { get; private set; } = record.ResumableUntil;

    /// <summary>The nodes whose last task failed, as they are shown.</summary>
    public IReadOnlyList<string> FailedNodes() =>
        [.. shown.Look().State.Nodes.Where(node => node.State == TaskState.Failed).Select(node => node.Node)];

    /// <summary>Records that it can be resumed for a while after it has failed.</summary>
    public void SetResumable(DateTimeOffset until)
    {
        ResumableUntil = until;
        shown.Update(job => job.ResumableUntil = Timestamp.FromDateTimeOffset(until));
    }

    /// <summary>True once somebody has given it up.</summary>
    public bool IsGivenUp => givenUp.IsCancellationRequested;

    /// <summary>The phase that it is in.</summary>
    public string Phase => shown.Look().State.Phase;

    /// <summary>The flow's recorded notes; null when it has made none.</summary>
    public T? ReadPlan<T>()
        where T : class => plan is null ? null : JsonSerializer.Deserialize<T>(plan);

    /// <summary>Records the flow's notes durably.</summary>
    public void SavePlan<T>(T notes, string pointId)
        where T : class => SavePlan(notes, pointId, static (_, _) => { });

    /// <summary>As the other, together with <paramref name="alongside"/>.</summary>
    public void SavePlan<T>(T notes, string pointId, Action<SqliteConnection, SqliteTransaction> alongside)
        where T : class
    {
        var text = JsonSerializer.Serialize(notes);
        table.SetPlan(Id, text, pointId, alongside);
        plan = text;
        shown.Update(job => job.PointId = pointId);
    }

    /// <summary>Raises the lock's epoch above <paramref name="seen"/>; only before the first command.</summary>
    public void RaiseEpochAbove(long seen)
    {
        if (seen < Epoch)
        {
            return;
        }

        var raised = table.RaiseEpoch(Id, Cluster, seen);
        shown.Update(job => job.Epoch = raised);
    }

    /// <summary>Makes the job's one choice durable, together with <paramref name="alongside"/>.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.JobCancelled"/>: it was given up before it could choose to go forward.
    /// </exception>
    public void Decide(JobDecision decision, Action<SqliteConnection, SqliteTransaction> alongside)
    {
        if (!table.TryDecide(Id, decision, alongside))
        {
            throw Cancelled(cause: null);
        }

        Decision = decision;
    }

    /// <summary>Gives the job up; its flow notices in the part that <see cref="CancellableAsync"/> runs. May be repeated.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CannotCancel"/>: it has decided, or has ended.</exception>
    public Job Cancel(string by)
    {
        lock (gate)
        {
            var first = shown.Look().State.State != JobState.Cancelling;
            if (!table.TryRequestCancel(Id, time.GetUtcNow()))
            {
                throw new CairnException(
                    ErrorCode.CannotCancel,
                    $"job {Id} has {(Decision == JobDecision.Aborted ? "been called off already" : "decided and goes to its end")}",
                    "wait for it: cairn job watch " + Id,
                    subject: Id.ToString());
            }

            if (first)
            {
                shown.Update(job => job.State = JobState.Cancelling);
                Note(by.Length == 0 ? "it was given up" : $"{by} gave it up");
            }
        }

        givenUp.Cancel();
        return shown.Look().State;
    }

    /// <summary>Ends when somebody broke the job's lock: the flow stops wherever it is.</summary>
    public CancellationToken Broken => broken.Token;

    /// <summary>Somebody broke the job's lock.</summary>
    public void Break(string by)
    {
        brokenBy = by.Length == 0 ? "somebody" : by;
        Note($"{brokenBy} broke the cluster's lock");
        broken.Cancel();
    }

    /// <summary>Why a job ends whose lock was broken.</summary>
    public CairnException LockBroken() => new(
        ErrorCode.LockBroken,
        $"{brokenBy} broke the lock of cluster '{Cluster}' while the {Kind.Word()} was in phase '{Phase}'"
        + (Decision == JobDecision.None ? "" : "; what it had decided goes on: it is owed to the nodes"),
        "see what it left with 'cairn job explain'; run it again when it is wanted",
        subject: Id.ToString());

    /// <summary>
    /// Why a job ends that the last process called off: somebody gave it up, or that process met <paramref name="otherwise"/>.
    /// </summary>
    public CairnException CalledOff(CairnException otherwise) =>
        givenUp.IsCancellationRequested ? Cancelled(cause: null) : otherwise;

    /// <summary>Runs the part of a flow that ends when somebody gives the job up.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.JobCancelled"/>, and what <paramref name="part"/> throws.</exception>
    public async Task<T> CancellableAsync<T>(Func<CancellationToken, Task<T>> part, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, givenUp.Token);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await part(either.Token);
        }
        catch (Exception failure) when (
            failure is OperationCanceledException or CairnException
            && givenUp.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Cancelled(failure);
        }
    }

    /// <summary>The job is in another phase now.</summary>
    public void Enter(string phase)
    {
        table.SetPhase(Id, phase);
        var before = shown.Look().State.Phase;
        shown.Update(job =>
        {
            job.State = job.State == JobState.Cancelling ? JobState.Cancelling : JobState.Running;
            job.Phase = phase;
        });
        if (before != phase)
        {
            Record(new JobEvent { Phase = phase });
        }

        JobLog.Phase(logger, Id, Cluster, phase);
    }

    /// <summary>Adds a sentence to the job's record.</summary>
    public void Note(string text, string node = "") => Record(new JobEvent { Text = text, Node = node });

    /// <summary>Shows how far a task on a node has come; its end is recorded too.</summary>
    public void Report(V1.TaskStatus status, string node)
    {
        var state = shown.Update(job =>
        {
            job.Epoch = Math.Max(job.Epoch, status.Epoch);
            var mine = Node(job, node);
            mine.Progress = status.Progress;
            mine.State = status.State;
            mine.Error = status.Error;
            mine.Started = status.Started;
            mine.Verify = status.Verify ?? mine.Verify;
        });
        if (status.State is TaskState.Succeeded or TaskState.Failed)
        {
            table.PutNode(Id, state.Nodes.Single(shownNode => shownNode.Node == node));
        }
    }

    /// <summary>Shows what kept a node from doing its part.</summary>
    public void ReportFailure(string node, CairnException failure)
    {
        var state = shown.Update(job =>
        {
            var mine = Node(job, node);
            mine.State = TaskState.Failed;
            mine.Error = failure.ToDetail(node);
        });
        table.PutNode(Id, state.Nodes.Single(shownNode => shownNode.Node == node));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        givenUp.Dispose();
        broken.Dispose();
    }

    /// <summary>Ends the job and frees the lock. Nothing may be recorded afterwards.</summary>
    public void End(JobState state, ErrorDetail? error)
    {
        var ended = Now();
        table.End(Id, state, error, ended);
        shown.Update(job =>
        {
            job.State = state;
            job.Error = error;
            job.Ended = Timestamp.FromDateTimeOffset(ended);
        });
        JobLog.Ended(logger, Id, Cluster, state, error?.Code ?? "", error?.Message ?? "");
    }

    // As the catalog keeps it, so that who watches reads what who asks later does.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    private void Record(JobEvent happened)
    {
        lock (gate)
        {
            if (events >= MaxEvents)
            {
                return;
            }

            events++;
            if (events == MaxEvents)
            {
                happened = new JobEvent { Text = "no further events are recorded" };
            }

            happened.At = Timestamp.FromDateTimeOffset(Now());
            table.AddEvent(Id, events, happened);
            shown.Update(job => job.Events.Add(happened));
        }
    }

    // A job that was given up before the coordinator was restarted goes on being given up.
    private static CancellationTokenSource Begun(JobRecord record)
    {
        var source = new CancellationTokenSource();
        if (record.CancelRequested is not null)
        {
            source.Cancel();
        }

        return source;
    }

    private CairnException Cancelled(Exception? cause) => new(
        ErrorCode.JobCancelled,
        $"the {record.Kind.Word()} of cluster '{Cluster}' was given up; what it had made is cleaned up",
        "run it again when it is wanted",
        subject: Id.ToString(),
        cause: cause);

    // In the order of their names, as the catalog gives them.
    private static JobNode Node(Job job, string name)
    {
        var found = job.Nodes.FirstOrDefault(node => node.Node == name);
        if (found is null)
        {
            found = new JobNode { Node = name };
            job.Nodes.Insert(job.Nodes.Count(node => string.CompareOrdinal(node.Node, name) < 0), found);
        }

        return found;
    }
}
