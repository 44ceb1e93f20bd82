using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Failures;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Catalog;

/// <summary><c>cairn catalog rebuild</c></summary>
internal static class CatalogCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("catalog", "what the coordinator remembers") { Rebuild(host) };

    private static Command Rebuild(CommandHost host) => host.Command(
        "rebuild",
        "make the catalog again from the agents' repositories, after the coordinator was lost; adds what is missing, may be repeated",
        [],
        async (run, _, token) =>
        {
            var rebuilt = await run.Coordinator.AskAsync(
                (client, options) => client.RebuildCatalogAsync(new RebuildCatalogRequest(), options), CoordinatorSession.PlanLimit, token);
            run.Print(rebuilt, () => CatalogViews.Show(rebuilt));
            if (rebuilt.Unreachable.Count == 0)
            {
                return ExitClass.Done;
            }

            foreach (var failure in rebuilt.Unreachable)
            {
                FailureView.Print(run.Console, run.Format, failure, ExitClass.Partial);
            }

            return ExitClass.Partial;
        });
}
