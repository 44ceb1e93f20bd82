using Cairn.Cli.Backups;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Failures;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary>Runs out a job that a command began: waits if asked to, prints what came of it, and says how the command ends.</summary>
internal static class JobConclusion
{
    /// <summary>Follows <paramref name="job"/> to its end, or says how to.</summary>
    public static async Task<ExitClass> ReachAsync(
        Invocation invocation, Job job, bool wait, CancellationToken cancellationToken)
    {
        if (!wait && !JobOutcome.HasEnded(job))
        {
            invocation.Print(job, () => new Page()
                .Line($"job {job.JobId}")
                .Line($"not waiting; 'cairn job watch {job.JobId}' follows it")
                .ToView());
            return ExitClass.Done;
        }

        var ended = JobOutcome.HasEnded(job)
            ? job
            : await new JobFollower(invocation).FollowAsync(job, _ => { }, cancellationToken);
        if (!invocation.IsText)
        {
            invocation.Console.Line(JsonDocuments.Line(ended));
        }

        await PrintAsync(invocation, ended, cancellationToken);
        return JobOutcome.Exit(ended);
    }

    /// <summary>Prints for people what came of a job, and for everybody why it failed.</summary>
    public static async Task PrintAsync(Invocation invocation, Job job, CancellationToken cancellationToken)
    {
        if (invocation.IsText)
        {
            await PrintResultAsync(invocation, job, cancellationToken);
        }

        var errors = JobOutcome.Errors(job);
        if (errors.Count == 0 && job.State == JobState.Failed)
        {
            errors = [new ErrorDetail
            {
                Code = ErrorCode.Internal.WireName(),
                Message = $"the job {job.JobId} failed and does not say why",
                WayOut = "look into the coordinator's log",
            }];
        }

        // Scripts get one document; the job on standard output has the rest.
        foreach (var error in invocation.IsText ? errors : errors.Take(1))
        {
            FailureView.Print(invocation.Console, invocation.Format, error, JobOutcome.Exit(job));
        }
    }

    private static async Task PrintResultAsync(Invocation invocation, Job job, CancellationToken cancellationToken)
    {
        var isDone = job.State is JobState.Succeeded or JobState.Partial;
        var console = invocation.Console;
        switch (job.Kind)
        {
            case "backup" when isDone:
                await PrintPointAsync(invocation, job, cancellationToken);
                break;
            case "verify" when job.Nodes.Count > 0:
                console.Show(new Page().Gap().ToView());
                console.Show(JobView.Verified(job));
                break;
            case "restore" when isDone:
                console.Line("the old data are kept beside the restored ones: 'cairn restore undo' brings them back, "
                    + "'cairn restore discard' frees their space");
                break;
        }

        console.Line($"{Printable.Line(job.Kind)} of {Printable.Line(job.Cluster)} {Words.For(job.State)}"
            + $"{(HasPoint(job) ? $": point {Printable.Line(job.PointId)}" : "")}"
            + $", {TimeText.Between(job.Created, job.Ended)}");
    }

    // A backup that failed has planned a name, and there is no such point.
    private static bool HasPoint(Job job) =>
        job.PointId.Length > 0 && (job.Kind != "backup" || job.State is JobState.Succeeded or JobState.Partial);

    // The backup is made, whether or not it can be looked at now: that must not turn into a failure of the command.
    private static async Task PrintPointAsync(Invocation invocation, Job job, CancellationToken cancellationToken)
    {
        try
        {
            var backup = await invocation.Coordinator.AskAsync(
                (client, options) => client.GetBackupAsync(
                    new GetBackupRequest { Cluster = job.Cluster, Point = job.PointId }, options),
                CoordinatorSession.QuestionLimit,
                cancellationToken);
            invocation.Console.Show(new Page().Gap().ToView());
            invocation.Console.Show(BackupView.Show(backup));
        }
        catch (CairnException failure)
        {
            invocation.Console.ErrorLine(
                $"cairn: the point was made, but cannot be shown now: {Printable.Line(failure.Message)}");
        }
    }
}
