using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary><c>cairn backup verify</c></summary>
internal static class BackupVerifyCommand
{
    /// <summary>The command.</summary>
    public static Command Make(CommandHost host)
    {
        var operand = new PointOperand();
        var level = Choice.Of(
            "--level",
            [],
            "hash reads every byte and compares its hash (the default); presence looks at names and sizes only; restore also restores the point beside the repository and compares",
            "hash",
            "presence",
            "restore");
        var share = Choice.Share(
            "--max-shrinkage", "say so when the point lost more than this share of its predecessor's files or bytes; 0 to 1, 0.5 by default");
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(
            "verify",
            "read a backup point on all its nodes and compare it with what was written",
            [.. operand.Symbols, level, share, wait, noWait],
            async (run, given, token) =>
            {
                var (cluster, point) = await operand.ResolveAsync(run, given, token);
                var request = new VerifyBackupRequest
                {
                    Cluster = cluster,
                    Point = point,
                    Level = given.GetRequiredValue(level) switch
                    {
                        "presence" => VerifyLevel.Presence,
                        "restore" => VerifyLevel.Restore,
                        _ => VerifyLevel.Hash,
                    },
                };
                if (given.GetValue(share) is { } most)
                {
                    request.MaxShrinkage = most;
                }

                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.VerifyBackupAsync(request, options),
                    CoordinatorSession.QuestionLimit,
                    token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
