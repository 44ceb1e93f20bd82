using Cairn.Cli.Failures;
using Cairn.Cli.Wording;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary>
/// Follows a job in plain lines where nothing can be redrawn: each change of phase, each event and each node's failure once,
/// and how far each node has come twice a minute. States may be missing in between, so nothing is told that would seem
/// to be lacking for one node.
/// </summary>
/// <remarks>For one job, on one thread.</remarks>
internal sealed class JobLines(TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(30);

    private readonly HashSet<string> failuresTold = [];
    private int eventsTold;
    private DateTimeOffset progressTold = time.GetUtcNow();

    /// <summary>What is new in <paramref name="job"/> since the last call.</summary>
    public IReadOnlyList<string> News(Job job)
    {
        var lines = new List<string>();
        lines.AddRange(job.Events.Skip(eventsTold).Select(Event));
        eventsTold = Math.Max(eventsTold, job.Events.Count);
        foreach (var node in job.Nodes)
        {
            if (node is { State: TaskState.Failed, Error: { } error } && failuresTold.Add(node.Node))
            {
                lines.Add($"{Now()}  {Printable.Line(node.Node)} failed: {Printable.Line(error.Message)}");
            }
        }

        AddProgress(lines, job);
        return lines;
    }

    /// <summary>An event as one line: a phase by its name, else what happened.</summary>
    public static string Event(JobEvent happened) =>
        happened.Phase.Length > 0
            ? $"{TimeText.Moment(happened.At)}  {Printable.Line(happened.Phase)}"
            : $"{TimeText.Moment(happened.At)}  {FailureView.OnNode(happened.Node, Printable.Line(happened.Text))}";

    private void AddProgress(List<string> lines, Job job)
    {
        if (time.GetUtcNow() - progressTold < ProgressInterval)
        {
            return;
        }

        progressTold = time.GetUtcNow();
        foreach (var node in job.Nodes)
        {
            if (node is { State: TaskState.Running, Progress: { BytesTotal: > 0 } progress })
            {
                lines.Add($"{Now()}  {Printable.Line(node.Node)}: {Printable.OrDash(progress.Phase)} "
                    + $"{Percent(progress)}%, {ByteText.Size(progress.BytesDone)} of {ByteText.Size(progress.BytesTotal)}");
            }
        }
    }

    private static long Percent(Progress progress) =>
        (long)(100.0 * Math.Min(progress.BytesDone, progress.BytesTotal) / progress.BytesTotal);

    private string Now() => TimeText.Moment(time.GetUtcNow());
}
