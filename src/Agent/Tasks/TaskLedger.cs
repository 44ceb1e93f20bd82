using System.Text.Json;
using Cairn.Agent.Journal;
using Cairn.Shared.Errors;
using Google.Protobuf;

namespace Cairn.Agent.Tasks;

/// <summary>Tasks as the journal keeps them, and an index of which job each belongs to.</summary>
internal sealed class TaskLedger
{
    private static readonly JsonFormatter Writer = new(JsonFormatter.Settings.Default);
    private static readonly JsonParser Reader = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private readonly JournalCollection<TaskRecord> journal;
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> jobByTask = new(StringComparer.Ordinal);

    public TaskLedger(AgentJournal journal)
    {
        this.journal = journal.Tasks;
        foreach (var id in this.journal.Keys())
        {
            jobByTask[id] = this.journal.Find(id) is { } record ? Status(record).JobId : "";
        }
    }

    /// <summary>The record; null when there is none.</summary>
    public TaskRecord? Find(string taskId) => journal.Find(taskId);

    /// <summary>The tasks that had not ended when the agent last died, with their commands.</summary>
    public IReadOnlyList<TaskRecord> Unfinished()
    {
        lock (gate)
        {
            return [.. jobByTask.Keys.Select(journal.Find).OfType<TaskRecord>().Where(record => record.Ended is null)];
        }
    }

    /// <summary>The ids of a job's tasks; of all when <paramref name="jobId"/> is empty.</summary>
    public IReadOnlyList<string> Ids(string jobId)
    {
        lock (gate)
        {
            return [.. jobByTask.Where(entry => jobId.Length == 0 || entry.Value == jobId).Select(entry => entry.Key)];
        }
    }

    /// <summary>Makes a new task durable.</summary>
    public void Begin(TaskStatus status, string hash, IMessage request)
    {
        journal.Put(status.TaskId, new TaskRecord(status.Kind, hash, ToJson(request), ToJson(status), Ended: null));
        lock (gate)
        {
            jobByTask[status.TaskId] = status.JobId;
        }
    }

    /// <summary>Makes a task's end durable.</summary>
    public void End(TaskStatus status)
    {
        var record = journal.Find(status.TaskId) ?? throw new InvalidDataException($"task {status.TaskId} is not journaled");
        journal.Put(
            status.TaskId, record with { Status = ToJson(status), Ended = status.Ended.ToDateTimeOffset() });
    }

    /// <summary>The recorded state.</summary>
    public static TaskStatus Status(TaskRecord record) => Reader.Parse<TaskStatus>(record.Status.GetRawText());

    /// <summary>The recorded command.</summary>
    public static IMessage Request(TaskRecord record, ICommandHandler handler)
    {
        var message = handler.Parser.ParseFrom(ByteString.Empty.ToByteArray());
        return Reader.Parse(record.Request.GetRawText(), message.Descriptor);
    }

    /// <summary>What is answered for a task that nobody knows.</summary>
    public static CairnException Unknown(string taskId) => new(
        ErrorCode.UnknownTask,
        $"task {taskId} is not in the journal of this node",
        "it was never sent here, or it ended more than thirty days ago",
        subject: taskId);

    private static JsonElement ToJson(IMessage message)
    {
        using var document = JsonDocument.Parse(Writer.Format(message));
        return document.RootElement.Clone();
    }
}
