using Cairn.Cli.Failures;
using Cairn.Cli.Wording;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary>
/// Follows a job in plain lines where nothing can be redrawn: each event, each change of phase and each node's change of
/// phase or state once, and nothing for mere progress.
/// </summary>
/// <remarks>For one job, on one thread.</remarks>
internal sealed class JobLines(TimeProvider time)
{
    private readonly Dictionary<string, (string Phase, TaskState State)> nodes = [];
    private int eventsTold;
    private string? phaseTold;

    /// <summary>What is new in <paramref name="job"/> since the last call.</summary>
    public IReadOnlyList<string> News(Job job)
    {
        var lines = new List<string>();
        foreach (var happened in job.Events.Skip(eventsTold))
        {
            lines.Add(Event(happened));
        }

        eventsTold = Math.Max(eventsTold, job.Events.Count);
        if (job.Phase.Length > 0 && job.Phase != phaseTold && !JobOutcome.HasEnded(job))
        {
            lines.Add($"{Now()}  {Printable.Line(job.Phase)}");
            phaseTold = job.Phase;
        }

        foreach (var node in job.Nodes)
        {
            AddNode(lines, node);
        }

        return lines;
    }

    /// <summary>An event as one line.</summary>
    public static string Event(JobEvent happened)
    {
        var node = happened.Node.Length == 0 ? "" : $"{Printable.Line(happened.Node)}: ";
        return $"{TimeText.Moment(happened.At)}  {node}{Printable.Line(happened.Text)}";
    }

    private void AddNode(List<string> lines, JobNode node)
    {
        var progress = node.Progress ?? new Progress();
        var now = (progress.Phase, node.State);
        if (node.State == TaskState.Unspecified || (nodes.TryGetValue(node.Node, out var told) && told == now))
        {
            return;
        }

        nodes[node.Node] = now;
        var phase = progress.Phase.Length == 0 ? "" : $"{Printable.Line(progress.Phase)} ";
        var line = $"{Now()}  {Printable.Line(node.Node)}: {phase}{Words.For(node.State)}";
        lines.Add(node.State switch
        {
            TaskState.Succeeded when progress.FilesDone > 0 =>
                $"{line}, {ByteText.Count(progress.FilesDone)} files, {ByteText.Size(progress.BytesDone)}",
            TaskState.Failed when node.Error is { } error => $"{line}: {FailureView.Sentence(error)}",
            _ => line,
        });
    }

    private string Now() => TimeText.Moment(time.GetUtcNow());
}
