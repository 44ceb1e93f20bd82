using System.Runtime.CompilerServices;
using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Locking;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Tasks;

/// <summary>
/// Takes commands in: knows a repeated one by its id, refuses an overtaken one by its epoch, journals a new one before it
/// runs, and runs it in the background, one task of a job at a time. A result is durable before it is told.
/// </summary>
internal sealed class TaskDesk : IAsyncDisposable
{
    private static readonly TimeSpan WatchPace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan JournalPace = TimeSpan.FromSeconds(1);

    private readonly string node;
    private readonly EpochJournal epochs;
    private readonly TaskLedger ledger;
    private readonly NodeLock nodeLock;
    private readonly Dictionary<string, ICommandHandler> handlers;
    private readonly TimeProvider time;
    private readonly ILogger<TaskDesk> logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, RunningTask> running = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> lastOfJob = new(StringComparer.Ordinal);

    public TaskDesk(
        AgentSettings settings,
        AgentJournal journal,
        IEnumerable<ICommandHandler> handlers,
        TimeProvider time,
        ILogger<TaskDesk> logger)
    {
        node = settings.Node;
        epochs = journal.Epochs;
        ledger = new TaskLedger(journal);
        nodeLock = journal.Lock;
        this.handlers = handlers.ToDictionary(handler => handler.Kind, StringComparer.Ordinal);
        this.time = time;
        this.logger = logger;
    }

    /// <summary>How many tasks run now.</summary>
    public int RunningCount
    {
        get
        {
            lock (gate)
            {
                return running.Count;
            }
        }
    }

    /// <summary>Takes a command in and answers with its task's state, without waiting for the work.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.InvalidRequest"/>, <see cref="ErrorCode.StaleEpoch"/>, <see cref="ErrorCode.DeadlineExceeded"/>.
    /// </exception>
    public TaskStatus Accept(string kind, IMessage request)
    {
        var header = CommandHeaders.Require(CommandHeaders.Of(request));
        RequireMine(header);
        var hash = CommandHeaders.HashOf(request);
        lock (gate)
        {
            epochs.Admit(header.Cluster, header.Epoch);
            if (ledger.Find(header.TaskId) is { } known)
            {
                RequireSame(known, kind, hash, header.TaskId);
                return running.TryGetValue(header.TaskId, out var task) ? task.Latest : TaskLedger.Status(known);
            }

            var now = time.GetUtcNow();
            CommandHeaders.TakeTime(header, now);
            if (header.Deadline.ToDateTimeOffset() <= now)
            {
                throw new CairnException(
                    ErrorCode.DeadlineExceeded,
                    $"the {kind} command's deadline {header.Deadline.ToDateTimeOffset():u} has passed; it is {now:u} here",
                    "run the job again; compare the clocks of the hosts if they differ much",
                    node);
            }

            ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
            var status = new TaskStatus
            {
                TaskId = header.TaskId,
                JobId = header.JobId,
                Cluster = header.Cluster,
                Epoch = header.Epoch,
                Kind = kind,
                Node = node,
                State = TaskState.Running,
                Started = now.ToTimestamp(),
            };
            ledger.Begin(status, hash, request);
            TaskLog.Begins(logger, header.TaskId, header.JobId, kind);
            return Launch(status, request, handlers[kind]).Latest;
        }
    }

    /// <summary>The task's state.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownTask"/>.</exception>
    public TaskStatus Find(string taskId)
    {
        TaskId.Parse(taskId);
        return TryFind(taskId) ?? throw TaskLedger.Unknown(taskId);
    }

    /// <summary>True while a task of the job has not ended.</summary>
    public bool IsBusyWith(string jobId)
    {
        lock (gate)
        {
            return running.Values.Any(task => task.SerialJob == jobId);
        }
    }

    /// <summary>The states of a job's tasks, oldest first; of all that the journal holds when <paramref name="jobId"/> is empty.</summary>
    public IReadOnlyList<TaskStatus> List(string jobId) =>
        [.. ledger.Ids(jobId).Select(TryFind).OfType<TaskStatus>().OrderBy(status => status.Started.ToDateTimeOffset())];

    /// <summary>The state now and every change, at most ten a second, until the task has ended; the end at once.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownTask"/>.</exception>
    public async IAsyncEnumerable<TaskStatus> WatchAsync(
        string taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RunningTask? task;
        TaskStatus? recorded = null;
        lock (gate)
        {
            if (!running.TryGetValue(taskId, out task))
            {
                recorded = Find(taskId);
            }
        }

        if (task is null)
        {
            yield return recorded!;
            yield break;
        }

        var states = task.Watch();
        try
        {
            await foreach (var state in states.ReadAllAsync(cancellationToken))
            {
                yield return state;
                if (state.State == TaskState.Running)
                {
                    await Task.WhenAny(task.WhenEnded, Task.Delay(WatchPace, time, cancellationToken));
                }
            }
        }
        finally
        {
            task.Unwatch(states);
        }
    }

    /// <summary>Goes on with what ran when the agent died. Called once, before commands come in.</summary>
    public void Resume()
    {
        foreach (var record in ledger.Unfinished())
        {
            var status = TaskLedger.Status(record);
            if (!handlers.TryGetValue(record.Kind, out var handler) || handler.AfterRestart == AfterRestart.Fail)
            {
                var failure = new CairnException(
                    ErrorCode.Interrupted,
                    $"the agent was restarted while the {record.Kind} of job {status.JobId} ran",
                    "run the job again",
                    node);
                ledger.End(Failed(status, failure));
                TaskLog.Failed(
                    logger, null, status.TaskId, status.JobId, status.Kind, failure.Code.WireName(), failure.Message);
                continue;
            }

            TaskLog.GoesOn(logger, status.TaskId, status.JobId, status.Kind);
            lock (gate)
            {
                Launch(status, TaskLedger.Request(record, handler), handler);
            }
        }
    }

    /// <summary>Stops the running tasks without recording an end, so that the next start goes on with them.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] tasks;
        lock (gate)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            stopping.Cancel();
            tasks = [.. lastOfJob.Values];
        }

        await Task.WhenAll(tasks);
        stopping.Dispose();
    }

    private TaskStatus? TryFind(string taskId)
    {
        lock (gate)
        {
            return running.TryGetValue(taskId, out var task)
                ? task.Latest
                : ledger.Find(taskId) is { } record ? TaskLedger.Status(record) : null;
        }
    }

    private RunningTask Launch(TaskStatus status, IMessage request, ICommandHandler handler)
    {
        var task = new RunningTask(status, handler.SerialJob(request), handler);
        if (handler.Supersedes)
        {
            foreach (var other in running.Values)
            {
                if (other.SerialJob == task.SerialJob && other.Handler.CanBeSuperseded)
                {
                    other.Superseded.Cancel();
                }
            }
        }

        running.Add(status.TaskId, task);
        nodeLock.Tell(status.JobId, status.Epoch);
        foreach (var done in lastOfJob.Where(entry => entry.Value.IsCompleted).Select(entry => entry.Key).ToList())
        {
            lastOfJob.Remove(done);
        }

        var before = lastOfJob.GetValueOrDefault(task.SerialJob, Task.CompletedTask);
        var deadline = CommandHeaders.Of(request).Deadline.ToDateTimeOffset();

        // A task is not part of the call that brought it: neither that call's deadline nor its log scope is the task's.
        using (ExecutionContext.SuppressFlow())
        {
            lastOfJob[task.SerialJob] = Task.Run(
                async () =>
                {
                    await before;
                    await RunAsync(task, request, deadline);
                },
                CancellationToken.None);
        }

        return task;
    }

    private async Task RunAsync(RunningTask task, IMessage request, DateTimeOffset deadline)
    {
        var status = task.Latest;
        var left = deadline - time.GetUtcNow();
        using var expired = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            stopping.Token, task.Superseded.Token, expired.Token);
        TaskStatus? end;
        try
        {
            either.Token.ThrowIfCancellationRequested();
            var result = await task.Handler.RunAsync(request, task, either.Token);
            end = task.Latest.Clone();
            end.MergeFrom(result);
            end.State = TaskState.Succeeded;
            end.Ended = time.GetUtcNow().ToTimestamp();
            TaskLog.Succeeded(logger, status.TaskId, status.JobId, status.Kind);
        }
        catch (Exception failure)
        {
            end = Ended(failure, task, expired.IsCancellationRequested);
        }

        if (end is not null && !await TryJournalAsync(end))
        {
            end = null;
        }

        lock (gate)
        {
            running.Remove(status.TaskId);
            var other = running.Values.FirstOrDefault()?.Latest;
            nodeLock.Tell(other?.JobId ?? "", other?.Epoch ?? 0);
        }

        task.End(end ?? task.Latest);
        task.Superseded.Dispose();
    }

    // Null when the agent stops: the task is then as it was, and the next start goes on with it.
    private TaskStatus? Ended(Exception failure, RunningTask task, bool expired)
    {
        var status = task.Latest;
        if (failure is OperationCanceledException && stopping.IsCancellationRequested)
        {
            return null;
        }

        var known = failure is OperationCanceledException
            ? Cancelled(task, expired)
            : FailureTranslation.Translate(failure);
        if (known is null)
        {
            TaskLog.Defect(logger, failure, status.TaskId, status.JobId, status.Kind);
            known = new CairnException(
                ErrorCode.Internal, $"the {status.Kind} failed inside the agent", "look into the agent's log", node);
        }
        else
        {
            TaskLog.Failed(
                logger, known.InnerException, status.TaskId, status.JobId, status.Kind, known.Code.WireName(), known.Message);
        }

        return Failed(status, known);
    }

    private CairnException? Cancelled(RunningTask task, bool expired) => expired
        ? new CairnException(
            ErrorCode.DeadlineExceeded,
            $"the {task.Handler.Kind} did not end within its deadline",
            "see what it waited for in the agent's log, and run the job again",
            node)
        : task.Superseded.IsCancellationRequested
            ? new CairnException(
                ErrorCode.Interrupted,
                $"the {task.Handler.Kind} was ended because its job was given up",
                "run the job again when what ended it is mended",
                node)
            : null;

    // False when the agent stops before it could be written.
    private async Task<bool> TryJournalAsync(TaskStatus end)
    {
        while (true)
        {
            try
            {
                ledger.End(end);
                return true;
            }
            catch (IOException failure)
            {
                // Nobody may be told a result that a restart would forget. It succeeds once there is space again.
                TaskLog.NotJournaled(logger, failure, end.TaskId);
            }

            try
            {
                await Task.Delay(JournalPace, time, stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private TaskStatus Failed(TaskStatus status, CairnException failure)
    {
        var end = status.Clone();
        end.State = TaskState.Failed;
        end.Error = failure.ToDetail(node);
        end.Ended = time.GetUtcNow().ToTimestamp();
        return end;
    }

    // Without TLS nothing but this tells a command that came to the wrong agent, whose port another one had before it died.
    private void RequireMine(CommandHeader header)
    {
        if (header.Node.Length > 0 && header.Node != node)
        {
            throw new CairnException(
                ErrorCode.WrongNode,
                $"a command for node '{header.Node}' came to the agent of '{node}'",
                "wait until the agents have registered again; if it stays, give every agent its own address",
                node,
                header.Node);
        }
    }

    private static void RequireSame(TaskRecord known, string kind, string hash, string taskId)
    {
        if (known.Kind != kind || known.RequestHash != hash)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest,
                $"task {taskId} is known as another {known.Kind} command",
                "give every command an id of its own",
                subject: taskId);
        }
    }
}
