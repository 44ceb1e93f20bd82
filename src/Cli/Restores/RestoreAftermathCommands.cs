using System.CommandLine;
using Cairn.Cli.CommandLine;
using Cairn.Cli.Connecting;
using Cairn.Cli.Jobs;
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
        cluster => $"This puts back the data that {cluster} had before its restore",
        (client, cluster, restore, options) => client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = cluster, RestoreJobId = restore }, options));

    /// <summary>Removes the old data for good.</summary>
    public static Command Discard(CommandHost host) => Make(
        host,
        "discard",
        "remove the data that a restore moved aside, for good",
        cluster => $"This removes for good the data that {cluster} had before its restore",
        (client, cluster, restore, options) => client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = cluster, RestoreJobId = restore }, options));

    private static Command Make(
        CommandHost host,
        string name,
        string description,
        Func<string, string> what,
        Func<CoordinatorClient, string, string, CallOptions, AsyncUnaryCall<Job>> begin)
    {
        var operand = new ClusterOperand();
        var restore = new Option<string>("--restore")
        {
            Description = "the job of the restore that is meant (else the cluster's last)",
            HelpName = "JOB",
            DefaultValueFactory = _ => "",
        };
        var yes = RestoreCommands.Yes("do not ask; without a terminal nothing is asked");
        var wait = Operands.Wait();
        var noWait = Operands.NoWait();
        var command = host.Command(name, description, [.. operand.Symbols, restore, yes, wait, noWait], async (run, given, token) =>
        {
            var cluster = await operand.ResolveAsync(run, given, token);
            if (!given.GetValue(yes) && run.Console.CanAsk)
            {
                await Confirmation.RequireAsync(run.Console, what(cluster), cluster, token);
            }

            var job = await run.Coordinator.AskAsync(
                (client, options) => begin(client, cluster, given.GetRequiredValue(restore), options),
                CoordinatorSession.QuestionLimit,
                token);
            return await JobConclusion.ReachAsync(run, job, wait: !given.GetValue(noWait), token);
        });
        command.RefuseBoth(wait, noWait);
        return command;
    }
}
