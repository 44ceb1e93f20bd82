using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
using Cairn.Shared.Errors;
using Cairn.V1;
using Grpc.Core;
using CoordinatorClient = Cairn.V1.Coordinator.CoordinatorClient;

namespace Cairn.Cli.Restores;

/// <summary><c>cairn restore undo|discard</c>: what becomes of the old data that a restore kept.</summary>
internal static class RestoreAftermathCommands
{
    /// <summary>Brings the old data back.</summary>
    public static Command Undo(CommandHost host) => Make(
        host,
        "undo",
        "put the data that a restore moved aside back in place",
        Aftermath.Undo,
        cluster => $"This puts back the data that {cluster} had before its restore",
        (client, plan, options) => client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = plan.Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, options));

    /// <summary>Removes the old data for good.</summary>
    public static Command Discard(CommandHost host) => Make(
        host,
        "discard",
        "remove the data that a restore moved aside, for good",
        Aftermath.Discard,
        cluster => $"This removes for good the data that {cluster} had before its restore",
        (client, plan, options) => client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = plan.Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, options));

    private static Command Make(
        CommandHost host,
        string name,
        string description,
        Aftermath what,
        Func<string, string> question,
        Func<CoordinatorClient, AftermathPlan, CallOptions, AsyncUnaryCall<Job>> begin)
    {
        var operand = new ClusterOperand();
        var restore = new Option<string>("--restore")
        {
            Description = "the job of the restore that is meant (else the cluster's last)",
            HelpName = "JOB",
            DefaultValueFactory = _ => "",
        };
        var seen = RestoreCommands.SeenPlan();
        var dryRun = new Option<bool>("--dry-run") { Description = "show the plan with its hash, and change nothing" };
        var yes = RestoreCommands.Yes("do not ask; without a terminal nothing is asked");
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        Symbol[] symbols = [.. operand.Symbols, restore, dryRun, seen, yes, wait, noWait];
        var command = host.Command(name, description, symbols, async (run, given, token) =>
        {
            var cluster = await operand.ResolveAsync(run, given, token);
            var request = new PlanAftermathRequest
            {
                Cluster = cluster, What = what, RestoreJobId = given.GetRequiredValue(restore),
            };
            var plan = await run.Coordinator.AskAsync(
                (client, options) => client.PlanAftermathAsync(request, options), CoordinatorSession.QuestionLimit, token);
            if (given.GetValue(dryRun))
            {
                run.Print(plan, () => AftermathPlanView.Show(plan));
                return ExitClass.Done;
            }

            plan.PlanHash = given.GetValue(seen) ?? plan.PlanHash;
            if (!given.GetValue(yes) && run.Console.CanAsk)
            {
                run.Console.Show(AftermathPlanView.Show(plan));
                await Confirmation.RequireAsync(run.Console, question(cluster), cluster, token);
            }

            var job = await run.Coordinator.AskAsync(
                (client, options) => begin(client, plan, options), CoordinatorSession.QuestionLimit, token);
            return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
        });
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
