using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Users;

/// <summary><c>cairn whoami</c></summary>
internal static class WhoAmICommand
{
    /// <summary>The command.</summary>
    public static Command Make(CommandHost host) =>
        host.Command("whoami", "say as whom the coordinator knows you, and what you may do", [], async (run, _, token) =>
        {
            var answer = await run.Coordinator.AskAsync(
                (client, options) => client.WhoAmIAsync(new WhoAmIRequest(), options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(answer, () => UserViews.WhoAmI(answer));
            return ExitClass.Done;
        });
}
