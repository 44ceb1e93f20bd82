using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Terminal;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary><c>cairn backup run|list|show|files|verify|export|delete</c></summary>
internal static class BackupCommands
{
    /// <summary>The group with its commands.</summary>
    public static Command Make(CommandHost host) => new("backup", "make backup points, look at them, verify, export and delete them")
    {
        BackupRunCommand.Make(host),
        List(host),
        Show(host),
        Files(host),
        BackupVerifyCommand.Make(host),
        BackupExportCommand.Make(host),
        BackupDeleteCommand.Make(host),
    };

    private static Command List(CommandHost host)
    {
        var name = new ClusterOperand();
        return host.Command("list", "list a cluster's backup points", name.Symbols, async (run, given, token) =>
        {
            var cluster = await name.ResolveAsync(run, given, token);
            var answer = await run.Coordinator.AskAsync(
                (client, options) => client.ListBackupsAsync(new ListBackupsRequest { Cluster = cluster }, options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(answer, () => BackupListView.Show(answer));
            return ExitClass.Done;
        });
    }

    private static Command Show(CommandHost host)
    {
        var operand = new PointOperand();
        return host.Command("show", "show a backup point: what it promises and what it holds", operand.Symbols, async (run, given, token) =>
        {
            var (cluster, point) = await operand.ResolveAsync(run, given, token);
            var backup = await run.Coordinator.AskAsync(
                (client, options) => client.GetBackupAsync(
                    new GetBackupRequest { Cluster = cluster, Point = point }, options),
                CoordinatorSession.QuestionLimit,
                token);
            run.Print(backup, () => BackupView.Show(backup));
            return ExitClass.Done;
        });
    }

    private static Command Files(CommandHost host)
    {
        var operand = new PointOperand();
        var node = new Option<string>("--node")
        {
            Description = "only this node's files",
            HelpName = "NODE",
            DefaultValueFactory = _ => "",
        };
        var match = new Option<string>("--match")
        {
            Description = "only paths that match: * stands for any characters, ? for one",
            HelpName = "GLOB",
            DefaultValueFactory = _ => "",
        };
        Symbol[] symbols = [.. operand.Symbols, node, match];
        return host.Command("files", "list the files that a backup point holds", symbols, async (run, given, token) =>
        {
            var (cluster, point) = await operand.ResolveAsync(run, given, token);
            var request = new ListBackupFilesRequest
            {
                Cluster = cluster,
                Point = point,
                Node = given.GetRequiredValue(node),
                Pattern = given.GetRequiredValue(match),
            };
            var isFirst = true;
            await foreach (var entry in run.Coordinator.ReadAsync(
                (client, options) => client.ListBackupFiles(request, options), token))
            {
                if (isFirst && run.IsText)
                {
                    run.Console.Line(FileLine.Heading);
                }

                isFirst = false;
                run.Console.Line(run.IsText ? FileLine.For(entry) : JsonDocuments.Line(entry));
            }

            return ExitClass.Done;
        });
    }
}
