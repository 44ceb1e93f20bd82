using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Audit;

/// <summary><c>cairn audit list|verify</c></summary>
internal static class AuditCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("audit", "who asked for what, and what came of it")
    {
        List(host),
        Verify(host),
    };

    private static Command List(CommandHost host)
    {
        var limit = Choice.Number(
            "--limit", "at most so many, the latest (default 100)", least: 1, most: 100_000, standard: 100);
        var who = new Option<string>("--who")
        {
            Description = "only of this caller, e.g. 'user alice' or 'node n1'",
            HelpName = "WHO",
            DefaultValueFactory = _ => "",
        };
        var refusals = new Option<bool>("--refusals") { Description = "only calls that were refused for who made them" };
        return host.Command("list", "list records of the audit log, oldest first", [limit, who, refusals], async (run, given, token) =>
        {
            var request = new ListAuditRequest
            {
                Limit = given.GetRequiredValue(limit),
                Who = given.GetRequiredValue(who),
                RefusalsOnly = given.GetValue(refusals),
            };
            await foreach (var entry in run.Coordinator.ReadAsync((client, options) => client.ListAudit(request, options), token))
            {
                run.Console.Line(run.IsText ? AuditViews.Line(entry) : JsonDocuments.Line(entry));
            }

            return ExitClass.Done;
        });
    }

    private static Command Verify(CommandHost host) =>
        host.Command("verify", "find out whether the audit log is what was written", [], async (run, _, token) =>
        {
            var verdict = await run.Coordinator.AskAsync(
                (client, options) => client.VerifyAuditAsync(new VerifyAuditRequest(), options),
                CoordinatorSession.PlanLimit,
                token);
            run.Print(verdict, () => AuditViews.Verdict(verdict));
            return verdict.Sound ? ExitClass.Done : throw new CairnException(
                ErrorCode.AuditDamaged,
                $"the audit log is damaged: {(verdict.Damage.Count > 0 ? verdict.Damage[0] : "")}",
                "treat the coordinator's host as touched by others; compare with a copy of the log");
        });
}
