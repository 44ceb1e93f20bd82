using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary><c>cairn backup export</c></summary>
internal static class BackupExportCommand
{
    /// <summary>The command.</summary>
    public static Command Make(CommandHost host)
    {
        var operand = new PointOperand();
        var format = Choice.Of(
            "--format", [], "plain makes a directory, tar one archive, on every node", "plain", "tar");
        var gzip = Choice.Number("--gzip", "pack the tar with gzip, 1 (fast) to 9 (small); 0 for none", least: 0, most: 9, standard: 0);
        var zstd = Choice.Number("--zstd", "pack the tar with zstd, 1 (fast) to 19 (small); 0 for none", least: 0, most: 19, standard: 0);
        var to = new Option<string>("--to")
        {
            Description = "an absolute path on every node's own host, below the roots that its agent may touch",
            HelpName = "DIR",
            Required = true,
        };
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(
            "export",
            "bring a backup point out on all its nodes, as files that need no Cairn",
            [.. operand.Symbols, format, gzip, zstd, to, wait, noWait],
            async (run, given, token) =>
            {
                var (cluster, point) = await operand.ResolveAsync(run, given, token);
                var request = new ExportBackupRequest
                {
                    Cluster = cluster,
                    Point = point,
                    Format = given.GetRequiredValue(format) == "tar" ? ExportFormat.Tar : ExportFormat.Plain,
                    Packing = new ExportPacking { Gzip = given.GetRequiredValue(gzip), Zstd = given.GetRequiredValue(zstd) },
                    Directory = given.GetRequiredValue(to),
                };
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.ExportBackupAsync(request, options), CoordinatorSession.QuestionLimit, token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
