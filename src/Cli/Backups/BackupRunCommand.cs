using System.CommandLine;
using Cairn.Cli.Clusters;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
using Cairn.V1;

namespace Cairn.Cli.Backups;

/// <summary><c>cairn backup run</c></summary>
internal static class BackupRunCommand
{
    /// <summary>The command.</summary>
    public static Command Make(CommandHost host)
    {
        var name = new ClusterOperand();
        var full = new Option<bool>("--full") { Description = "store everything, in a new chain" };
        var incremental = new Option<bool>("--incremental")
        {
            Description = "store what changed since the cluster's last point (the default when there is one)",
        };
        var label = new Option<string>("--label")
        {
            Description = "a word of your own to find the point by",
            HelpName = "TEXT",
            DefaultValueFactory = _ => "",
        };
        var onNodeFailure = new NodeFailureOption();
        var cold = new Option<bool>("--cold") { Description = "of stopped databases; refused while any instance runs" };
        var exact = new Option<bool>("--exact")
        {
            Description = "an exact cut: writes are blocked while it is made, where the engine can do that",
        };
        var verifyUnchanged = new Option<bool>("--verify-unchanged")
        {
            Description = "read also the files that an incremental would carry over unread",
        };
        var objects = new ObjectsOption("only these objects (databases); * stands for any characters, ? for one");
        var from = new Option<string>("--from")
        {
            Description = "where copies are the same byte for byte: the role of the one to read, or auto (the default)",
            HelpName = "ROLE",
            DefaultValueFactory = _ => "",
        };
        var words = new EngineWords(
            ("checkpoint", "fast|spread", "how the database makes the checkpoint that the backup begins with"),
            ("wal", "fetch|stream", "when the log that the backup needs is read: at its end, or all the time"));
        var method = new Option<string>("--method")
        {
            Description = "take the data in another way that the engine declares (capability backup.METHOD), such as the database's own backup",
            HelpName = "METHOD",
            DefaultValueFactory = _ => "",
        };
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(
            "run",
            "make one backup point of the whole cluster, or of some of its objects",
            [.. name.Symbols, full, incremental, label, onNodeFailure.Symbol, cold, exact, verifyUnchanged, method, objects.Symbol, from, .. words.Symbols, wait, noWait],
            async (run, given, token) =>
            {
                var request = new RunBackupRequest
                {
                    Cluster = await name.ResolveAsync(run, given, token),
                    Kind = given.GetValue(full) ? BackupKind.Full
                        : given.GetValue(incremental) ? BackupKind.Incremental
                        : BackupKind.Unspecified,
                    Label = given.GetRequiredValue(label),
                    OnNodeFailure = onNodeFailure.Read(given),
                    Cold = given.GetValue(cold),
                    Exact = given.GetValue(exact),
                    VerifyUnchanged = given.GetValue(verifyUnchanged),
                    From = given.GetRequiredValue(from),
                    Parameters = { words.Given(given) },
                    Method = given.GetRequiredValue(method),
                };
                request.Objects.Add(objects.Read(given));
                var job = await run.Coordinator.AskAsync(
                    (client, options) => client.RunBackupAsync(request, options), CoordinatorSession.QuestionLimit, token);
                return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
            });
        command.RefuseBoth(full, incremental);
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
