using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Jobs;

/// <summary><c>cairn job list|show|watch</c></summary>
internal static class JobCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("job", "runs of backup, verify and restore")
    {
        List(host),
        Show(host),
        Watch(host),
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
            run.Print(job, () => JobView.Show(job));
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

    private static Task<Job> AskJobAsync(Invocation run, string id, CancellationToken token) =>
        run.Coordinator.AskAsync(
            (client, options) => client.GetJobAsync(new GetJobRequest { JobId = id }, options),
            CoordinatorSession.QuestionLimit,
            token);
}
