using Cairn.Cli.Failures;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary>How a job that has ended ends the command that waited for it.</summary>
internal static class JobOutcome
{
    /// <summary>True when nothing will change any more.</summary>
    public static bool HasEnded(Job job) => job.State is JobState.Succeeded or JobState.Partial or JobState.Failed or JobState.Cancelled;

    /// <summary>0 for success, 4 for partial, else what the job's error says.</summary>
    public static ExitClass Exit(Job job) => job.State switch
    {
        JobState.Succeeded => ExitClass.Done,
        JobState.Partial => ExitClass.Partial,
        JobState.Failed when job.Error is { } error => FailureView.ExitOf(error) switch
        {
            // An error that would mean success must not make a failed job look like one.
            ExitClass.Done => ExitClass.Failed,
            var exit => exit,
        },
        _ => ExitClass.Failed,
    };

    /// <summary>The job's error first, then those of its nodes that say something else.</summary>
    public static IReadOnlyList<ErrorDetail> Errors(Job job)
    {
        var errors = new List<ErrorDetail>();
        if (job.Error is { } own)
        {
            errors.Add(own);
        }

        foreach (var node in job.Nodes)
        {
            if (node.Error is { } error && !errors.Any(known => IsSame(known, error, node.Node)))
            {
                errors.Add(WithNode(error, node.Node));
            }
        }

        return errors;
    }

    private static bool IsSame(ErrorDetail known, ErrorDetail error, string node) =>
        known.Code == error.Code
        && known.Message == error.Message
        && known.Node == WithNode(error, node).Node;

    private static ErrorDetail WithNode(ErrorDetail error, string node)
    {
        if (error.Node.Length > 0)
        {
            return error;
        }

        var copy = error.Clone();
        copy.Node = node;
        return copy;
    }
}
