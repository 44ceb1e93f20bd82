using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.V1;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Jobs;

/// <summary>
/// What <c>cairn job explain</c> prints: the run in sentences, made of the job's recorded events. Each phase says what it is for
/// and how long it took; what happened in it stands below it.
/// </summary>
internal static class JobExplanation
{
    /// <summary>The run from its beginning to its end, or to now.</summary>
    public static IRenderable Show(Job job)
    {
        var page = new Page().Line(Beginning(job));
        for (var i = 0; i < job.Events.Count; i++)
        {
            var happened = job.Events[i];
            if (happened.Phase.Length == 0)
            {
                page.Indented(4, Sentence(FailureView.OnNode(happened.Node, Printable.Line(happened.Text))));
                continue;
            }

            var next = job.Events.Skip(i + 1).FirstOrDefault(later => later.Phase.Length > 0)?.At ?? job.Ended;
            var took = next is null ? "This goes on." : $"This took {TimeText.Between(happened.At, next)}.";
            page.Gap().Line($"{TimeText.Moment(happened.At)}  {Purpose(happened.Phase)} {took}", Styles.Heading);
        }

        page.Gap();
        foreach (var line in Ending(job))
        {
            page.Line(line, Styles.For(job.State));
        }

        return page.ToView();
    }

    private static string Beginning(Job job) =>
        $"{Article(job.Kind)} of cluster {Printable.Line(job.Cluster)} was asked for{(job.AskedBy.Length > 0 ? $" by {Printable.Line(job.AskedBy)}" : "")} at {TimeText.Moment(job.Created)}"
        + $"{(job.PointId.Length > 0 ? $"; it is about point {Printable.Line(job.PointId)}" : "")}"
        + $"{(job.RestoreJobId.Length > 0 ? $" and restore {Printable.Line(job.RestoreJobId)}" : "")}."
        + $" It held the cluster's lock with epoch {job.Epoch}.";

    private static IEnumerable<string> Ending(Job job)
    {
        if (!JobOutcome.HasEnded(job))
        {
            yield return job.State == JobState.Cancelling
                ? "It was given up and is being cleaned up."
                : $"It is {Words.For(job.State)}.";
            yield break;
        }

        yield return $"It ended at {TimeText.Moment(job.Ended)}, after {TimeText.Between(job.Created, job.Ended)}: {Words.For(job.State)}.";
        foreach (var error in JobOutcome.Errors(job))
        {
            yield return Sentence(FailureView.Sentence(error));
            if (error.WayOut.Length > 0)
            {
                yield return $"Way out: {Printable.Line(error.WayOut)}. Code: {Printable.OrDash(error.Code)}.";
            }
        }
    }

    // The names of phases are the coordinator's; one that this version does not know is shown by its name.
    private static string Purpose(string phase) => phase switch
    {
        "describe" => "Every node and the databases were asked what they are and do.",
        "precheck" => "Every node checked that nothing stands in the way, before anything was touched.",
        "find point" => "The point was looked for in the repositories.",
        "metadata" => "The cluster's metadata were handed from the leader's node to the others.",
        "copy" => "Every node copied what was captured into its repository; nothing is held in the database meanwhile but links.",
        "end capture" => "The captures were ended and their links removed.",
        "prepare" => "Every node made its manifest durable.",
        "commit" => "The commit record went to every node: with the first one the point exists.",
        "abort" => "The job was called off: every node removes what it had made.",
        "verify" => "Every node read its part of the point and checked it.",
        "stage" => "Every node brought its part beside the live data and checked it; no live byte was touched.",
        "decide" => "The decision was made durable: from here it only goes forward.",
        "swap" => "Every node put the staged data in the place of the live ones, by rename.",
        "stop" => "The agents stopped what ran, with the commands of their own configurations, and proved it.",
        "start" => "The agents started the instances over the restored data.",
        "start again" => "The agents started the instances again over their old data.",
        "undo" => "Every node put the old data back.",
        "delete" => "Every node deleted its part of the point and keeps a tombstone, so that it cannot come back.",
        "export" => "Every node brought its part of the point to a directory on its own host.",
        "check cut" => "The engine compared what the nodes captured: whether it fits together.",
        "discard" => "Every node removed what the restore had left beside.",
        "end" => "The nodes were told to end what they were doing for it.",
        _ when phase.StartsWith("capture ", StringComparison.Ordinal) =>
            $"All nodes captured {Printable.Line(phase["capture ".Length..])}.",
        _ => $"Phase {Printable.Line(phase)}.",
    };

    private static string Article(string kind) => kind switch
    {
        "undo" => "An undo",
        "export" => "An export",
        _ => $"A {Printable.Line(kind)}",
    };

    private static string Sentence(string text) =>
        text.Length == 0 || text[^1] is '.' or '!' or '?' ? text : text + ".";
}
