using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary><c>cairn job list|show|watch|wait|cancel|resume|explain</c></summary>
internal static class JobCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("job", "runs of backup, verify, restore, export and delete")
    {
        List(host),
        Show(host),
        Watch(host),
        Wait(host),
        Cancel(host),
        Resume(host),
        Explain(host),
    };

    private static Command List(CommandHost host)
    {
        // Left out it means all clusters, also when there is only one.
        var cluster = new ClusterOperand();
        var limit = Choice.Number(
            "--limit", "at most so many, the latest first (default 20)", least: 1, most: 1000, standard: 20);
        return host.Command("list", "list jobs, of all clusters or of one", [.. cluster.Symbols, limit], async (run, given, token) =>
        {
            var request = new ListJobsRequest
            {
                Cluster = cluster.Read(given) ?? "",
                Limit = given.GetRequiredValue(limit),
            };
            var answer = await run.Coordinator.AskAsync(
                (client, options) => client.ListJobsAsync(request, options), CoordinatorSession.QuestionLimit, token);
            run.Print(answer, () => JobListView.Show(answer.Jobs));
            return ExitClass.Done;
        });
    }

    private static Command Show(CommandHost host)
    {
        var id = Operands.Job();
        return host.Command("show", "show a job: its nodes, events and failure", [id], async (run, given, token) =>
        {
            var job = await AskJobAsync(run, given.GetRequiredValue(id), token);
            run.Print(job, () => JobView.Show(job, run.Time.GetUtcNow()));
            return ExitClass.Done;
        });
    }

    private static Command Watch(CommandHost host)
    {
        var id = Operands.Job();
        return host.Command("watch", "follow a job to its end, and end as it ended", [id], async (run, given, token) =>
        {
            // Asked first, because a watch needs the whole id and a coordinator that is away should be told at once.
            var job = await AskJobAsync(run, given.GetRequiredValue(id), token);
            var ended = await new JobFollower(run).FollowAsync(
                job, state => run.Console.Line(JsonDocuments.Line(state)), token);
            await JobConclusion.PrintAsync(run, ended, token);
            return JobOutcome.Exit(ended);
        });
    }

    private static Command Wait(CommandHost host)
    {
        var id = Operands.Job();
        return host.Command("wait", "wait silently for a job's end, and end as it ended", [id], async (run, given, token) =>
        {
            var job = await AskJobAsync(run, given.GetRequiredValue(id), token);
            var ended = await new JobWatcher(run.Coordinator, run.Time, static _ => { })
                .WatchAsync(job.JobId, static _ => { }, token);
            if (!run.IsText)
            {
                run.Console.Line(JsonDocuments.Line(ended));
            }

            await JobConclusion.PrintAsync(run, ended, token);
            return JobOutcome.Exit(ended);
        });
    }

    private static Command Cancel(CommandHost host)
    {
        var id = Operands.Job();
        return host.Command(
            "cancel",
            "give a job up: what it made is removed, the live data stay as they are",
            [id],
            async (run, given, token) =>
            {
                var request = new CancelJobRequest { JobId = given.GetRequiredValue(id) };
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.CancelJobAsync(request, options), CoordinatorSession.QuestionLimit, token);
                run.Print(job, () => new Page()
                    .Line($"job {Printable.Line(job.JobId)} is {Words.For(job.State)}")
                    .Line($"'cairn job wait {Printable.Line(job.JobId)}' ends when it is cleaned up")
                    .ToView());
                return ExitClass.Done;
            });
    }

    private static Command Resume(CommandHost host)
    {
        var id = Operands.Job();
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(
            "resume",
            "go on with a backup that failed while it copied, as long as its captures are kept",
            [id, wait, noWait],
            async (run, given, token) =>
            {
                var request = new ResumeJobRequest { JobId = given.GetRequiredValue(id) };
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.ResumeJobAsync(request, options), CoordinatorSession.QuestionLimit, token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(wait, noWait);
        return command;
    }

    private static Command Explain(CommandHost host)
    {
        var id = Operands.Job();
        return host.Command("explain", "tell a job's run in plain sentences", [id], async (run, given, token) =>
        {
            var job = await AskJobAsync(run, given.GetRequiredValue(id), token);
            run.Print(job, () => JobExplanation.Show(job));
            return ExitClass.Done;
        });
    }

    private static Task<Job> AskJobAsync(Invocation run, string id, CancellationToken token) =>
        run.Coordinator.AskAsync(
            (client, options) => client.GetJobAsync(new GetJobRequest { JobId = id }, options),
            CoordinatorSession.QuestionLimit,
            token);
}
