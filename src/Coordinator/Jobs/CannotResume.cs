using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>The refusal to go on with a job: what became of it, and what to do instead.</summary>
internal static class CannotResume
{
    /// <summary>Of a job that only a backup could be that failed while it copied, and this one is not, or not any more.</summary>
    public static CairnException Because(JobRecord job)
    {
        var (finding, wayOut) = job switch
        {
            { State: JobState.Cancelling } => ("is being given up", $"wait for its end with 'cairn job wait {job.Id}'; {Anew(job)}"),
            { HasEnded: false } => ("runs; there is nothing to go on with", $"watch it: cairn job watch {job.Id}"),
            { State: JobState.Cancelled } => ("was given up, and what it had made is cleaned up", Anew(job)),
            { State: JobState.Succeeded or JobState.Partial } => ("has ended well", $"'cairn job show {job.Id}' tells what it did"),
            { Kind: JobKind.Backup } => (
                "has failed, and what it had captured is not kept (any more), so there is nothing to go on from",
                $"{Anew(job)}; 'cairn job show' says of a job that can be resumed, and until when"),
            _ => ($"is a {job.Kind.Word()}; only a backup that failed while it copied is gone on with", Anew(job)),
        };
        return new CairnException(ErrorCode.CannotResume, $"job {job.Id} {finding}", wayOut, subject: job.Id.ToString());
    }

    private static string Anew(JobRecord job)
    {
        var command = job.Kind switch
        {
            JobKind.Backup => "backup run",
            JobKind.Verify or JobKind.Export or JobKind.Delete => $"backup {job.Kind.Word()}",
            JobKind.Restore => "restore run",
            JobKind.Undo or JobKind.Discard => $"restore {job.Kind.Word()}",
            _ => throw new ArgumentOutOfRangeException(nameof(job), job.Kind, "not a kind of job"),
        };
        return $"run it anew: cairn {command} {job.Cluster}{(job.PointId.Length == 0 || job.Kind == JobKind.Backup ? "" : $" {job.PointId}")}";
    }
}
