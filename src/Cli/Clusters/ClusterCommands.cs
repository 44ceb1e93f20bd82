using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Restores;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Clusters;

/// <summary><c>cairn cluster add|list|show|topology|lock|unlock</c></summary>
internal static class ClusterCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("cluster", "clusters and what they are made of")
    {
        Add(host),
        List(host),
        Show(host),
        Topology(host),
        Lock(host),
        Unlock(host),
    };

    private static Command Add(CommandHost host)
    {
        var name = new Argument<string>("name") { Description = "the cluster's name", HelpName = "NAME" };
        var engine = new Option<string>("--engine")
        {
            Description = "the kind of database, as the agents name it",
            HelpName = "ENGINE",
            Required = true,
        };
        var nodes = new Option<string[]>("--node")
        {
            Description = "a node of it; repeated, or several separated by commas",
            HelpName = "NODE",
            Required = true,
        };
        var onNodeFailure = new NodeFailureOption();
        return host.Command("add", "tell the coordinator about a cluster", [name, engine, nodes, onNodeFailure.Symbol], async (run, given, token) =>
        {
            var request = new AddClusterRequest
            {
                Name = given.GetRequiredValue(name),
                Engine = given.GetRequiredValue(engine),
                OnNodeFailure = onNodeFailure.Read(given),
            };
            request.Nodes.Add(given.GetRequiredValue(nodes)
                .SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
            var cluster = await run.Coordinator.AskAsync(
                (client, options) => client.AddClusterAsync(request, options), CoordinatorSession.QuestionLimit, token);
            run.Print(cluster, () => ClusterViews.List([cluster]));
            return ExitClass.Done;
        });
    }

    private static Command List(CommandHost host) =>
        host.Command("list", "list the clusters", [], async (run, _, token) =>
        {
            var answer = await AskClustersAsync(run, token);
            run.Print(answer, () => ClusterViews.List(answer.Clusters));
            return ExitClass.Done;
        });

    private static Command Show(CommandHost host)
    {
        var name = new ClusterOperand();
        return host.Command("show", "show a cluster, its lock and how its nodes are", name.Symbols, async (run, given, token) =>
        {
            var wanted = await name.ResolveAsync(run, given, token);
            var clusters = await AskClustersAsync(run, token);
            var cluster = clusters.Clusters.FirstOrDefault(candidate => candidate.Name == wanted)
                ?? throw new CairnException(
                    ErrorCode.UnknownCluster, $"there is no cluster '{wanted}'", "'cairn cluster list' names them all");
            var nodes = await run.Coordinator.AskAsync(
                (client, options) => client.ListNodesAsync(new ListNodesRequest(), options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(cluster, () => ClusterViews.Show(cluster, nodes.Nodes));
            return ExitClass.Done;
        });
    }

    private static Command Topology(CommandHost host)
    {
        var name = new ClusterOperand();
        return host.Command(
            "topology",
            "ask every node now: members, leader, partitions, and what stands in the way of a backup",
            name.Symbols,
            async (run, given, token) =>
            {
                var cluster = await name.ResolveAsync(run, given, token);
                var topology = await run.Coordinator.AskAsync(
                    (client, options) => client.GetTopologyAsync(new GetTopologyRequest { Cluster = cluster }, options),
                    CoordinatorSession.QuestionLimit,
                    token);
                run.Print(topology, () => TopologyView.Show(topology));
                return ExitClass.Done;
            });
    }

    private static Command Lock(CommandHost host)
    {
        var name = new ClusterOperand();
        var reason = new Option<string>("--reason")
        {
            Description = "what it is kept for; those whose jobs are refused read it", HelpName = "TEXT", Required = true,
        };
        return host.Command(
            "lock", "keep every job away from a cluster", [.. name.Symbols, reason], async (run, given, token) =>
            {
                var request = new LockClusterRequest
                {
                    Name = await name.ResolveAsync(run, given, token), Reason = given.GetRequiredValue(reason),
                };
                var cluster = await run.Coordinator.AskAsync(
                    (client, options) => client.LockClusterAsync(request, options), CoordinatorSession.QuestionLimit, token);
                run.Print(cluster, () => ClusterViews.List([cluster]));
                return ExitClass.Done;
            });
    }

    private static Command Unlock(CommandHost host)
    {
        var name = new ClusterOperand();
        var held = new Option<string>("--lock")
        {
            Description = "the lock's id, as 'cairn cluster list' shows it; with --break the whole id of the job that holds it",
            HelpName = "ID",
            Required = true,
        };
        var breakJob = new Option<bool>("--break")
        {
            Description = "break the lock of a job that can be neither waited for nor given up: it ends wherever it is",
        };
        var yes = RestoreCommands.Yes("do not ask; without a terminal it must be given with --break");
        Symbol[] symbols = [.. name.Symbols, held, breakJob, yes];
        return host.Command("unlock", "free a cluster that was locked for maintenance, or break a job's lock", symbols, async (run, given, token) =>
        {
            var request = new UnlockClusterRequest
            {
                Name = await name.ResolveAsync(run, given, token),
                LockId = given.GetRequiredValue(held),
                BreakJob = given.GetValue(breakJob),
            };
            if (request.BreakJob)
            {
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.GetJobAsync(new GetJobRequest { JobId = request.LockId }, options),
                    CoordinatorSession.QuestionLimit,
                    token);
                run.Console.ErrorLine(Interrupts(job));
                if (!given.GetValue(yes))
                {
                    await Confirmation.RequireAsync(run.Console, "This breaks that job's lock", request.Name, token);
                }
            }

            var cluster = await run.Coordinator.AskAsync(
                (client, options) => client.UnlockClusterAsync(request, options), CoordinatorSession.QuestionLimit, token);
            run.Print(cluster, () => ClusterViews.List([cluster]));
            return ExitClass.Done;
        });
    }

    private static string Interrupts(Job job) =>
        $"this interrupts {Printable.Line(job.Kind)} job {Printable.Line(job.JobId)} in phase {Printable.OrDash(job.Phase)}"
        + (job.PointId.Length > 0 ? $", point {Printable.Line(job.PointId)}" : "")
        + (job.AskedBy.Length > 0 ? $", asked for by {Printable.Line(job.AskedBy)}" : "")
        + string.Concat(job.Nodes.Where(node => node.State == TaskState.Running).Select(node =>
            $"; {Printable.Line(node.Node)} is in {Printable.OrDash(node.Progress?.Phase ?? "")}"));

    private static Task<ListClustersResponse> AskClustersAsync(Invocation run, CancellationToken token) =>
        run.Coordinator.AskAsync(
            (client, options) => client.ListClustersAsync(new ListClustersRequest(), options),
            CoordinatorSession.QuestionLimit,
            token);
}
