using System.Collections.Concurrent;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>How an agent double is to behave; by command word, or "capture STEP".</summary>
internal sealed class AgentScript
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<ErrorDetail>> failures = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> gates = new();

    /// <summary>The next tasks of this kind fail, one for each call.</summary>
    public void Fail(string kind, ErrorCode code, string message, int times = 1)
    {
        var queue = failures.GetOrAdd(kind, _ => new());
        for (var i = 0; i < times; i++)
        {
            queue.Enqueue(new CairnException(code, message, "mend the test").ToDetail());
        }
    }

    /// <summary>Tasks of this kind stay running until <see cref="Release"/>.</summary>
    public void Hold(string kind) => gates[kind] = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release(string kind)
    {
        if (gates.TryRemove(kind, out var gate))
        {
            gate.SetResult();
        }
    }

    public Task GateOf(string kind) => gates.TryGetValue(kind, out var gate) ? gate.Task : Task.CompletedTask;

    public ErrorDetail? NextFailure(string kind) =>
        failures.TryGetValue(kind, out var queue) && queue.TryDequeue(out var failure) ? failure : null;

    /// <summary>Changes what a successful task answers.</summary>
    public Action<string, IMessage, Cairn.V1.TaskStatus>? OnSuccess { get; set; }

    /// <summary>Called with the word of each command that comes in, before its epoch is looked at.</summary>
    public Action<string>? OnCommand { get; set; }

    /// <summary>Checks that a precheck answers besides the one that passes.</summary>
    public List<Check> Checks { get; } = [];

    /// <summary>What a precheck says that it would do; JOB stands for the job, as with a real agent.</summary>
    public List<string> Plan { get; } = [];

    /// <summary>What the check of the cut answers, in turn; then always the default.</summary>
    public ConcurrentQueue<CheckCutResult> Verdicts { get; } = new();

    /// <summary>How far the agent's clock runs ahead of ours.</summary>
    public TimeSpan ClockAhead { get; set; }

    /// <summary>So many watches are reset after their first state, as a dying process or a proxy does.</summary>
    public int WatchesToReset;

    /// <summary>True: its captures hold the database's own backup mode open.</summary>
    public bool HoldsDatabase { get; set; }

    /// <summary>The bundle that FetchMetadata sends.</summary>
    public byte[] Metadata { get; set; } = [1, 2, 3];
}
