using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
using Cairn.Cli.Restores;
using Cairn.Cli.Wording;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary><c>cairn backup delete</c></summary>
internal static class BackupDeleteCommand
{
    /// <summary>The command.</summary>
    public static Command Make(CommandHost host)
    {
        var operand = new PointOperand();
        var seen = RestoreCommands.SeenPlan();
        var dryRun = new Option<bool>("--dry-run") { Description = "show what would go and what that frees, and change nothing" };
        var yes = RestoreCommands.Yes("do not ask; without a terminal it must be given");
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        Symbol[] symbols = [.. operand.Symbols, dryRun, seen, yes, wait, noWait];
        var command = host.Command(
            "delete",
            "delete a backup point on all its nodes; nodes that are away are told when they are back",
            symbols,
            async (run, given, token) =>
            {
                var (cluster, point) = await operand.ResolveAsync(run, given, token);
                var request = new DeleteBackupRequest { Cluster = cluster, Point = point };
                var plan = await run.Coordinator.AskAsync(
                    (client, options) => client.PlanDeletionAsync(request, options), CoordinatorSession.QuestionLimit, token);
                if (given.GetValue(dryRun))
                {
                    run.Print(plan, () => DeletionPlanView.Show(plan));
                    return ExitClass.Done;
                }

                if (run.IsText)
                {
                    run.Console.Show(DeletionPlanView.Show(plan));
                }

                if (!given.GetValue(yes))
                {
                    await Confirmation.RequireAsync(
                        run.Console,
                        $"This deletes point {Printable.Line(plan.Point?.PointId ?? point)} for good, and frees {ByteText.Size(plan.BytesFreed)}",
                        cluster,
                        token);
                }

                // By the id that was shown: what is 'latest' may be another one by now.
                request.Point = plan.Point?.PointId ?? point;
                request.PlanHash = given.GetValue(seen) ?? plan.PlanHash;
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.DeleteBackupAsync(request, options), CoordinatorSession.QuestionLimit, token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
