using Cairn.V1;

namespace Cairn.Simulation.Schedules;

/// <summary>A backup, its restore and the undo on hosts whose clocks are wrong by hours and weeks, without any other trouble.</summary>
internal static class WrongClocks
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    /// <summary>Lets it happen.</summary>
    public static async Task HappenAsync(World world, IReadOnlyDictionary<string, TimeSpan> wrongBy)
    {
        var console = new Console(world);
        var invariants = new Invariants(world, console);
        var generation = world.Database.Change();
        world.Database.Run(running: true);
        await console.PauseAsync();

        var topology = await console.AskAsync((client, options) => client.GetTopologyAsync(new GetTopologyRequest { Cluster = World.Cluster }, options));
        foreach (var node in topology.Nodes)
        {
            var measured = TimeSpan.FromMilliseconds(node.ClockOffsetMs);
            Require((measured - wrongBy[node.Node]).Duration() < Tolerance, $"{node.Node}'s clock is wrong by {wrongBy[node.Node]}, and it is said to be wrong by {measured}");
        }

        var backup = await EndAsync("the backup", (client, options) => client.RunBackupAsync(new RunBackupRequest { Cluster = World.Cluster }, options));
        var made = await console.AskAsync((client, options) => client.GetBackupAsync(new GetBackupRequest { Cluster = World.Cluster, Point = backup.PointId }, options));
        var skew = TimeSpan.FromMilliseconds(made.Summary.SkewMs);
        Require(skew >= TimeSpan.Zero && skew < world.Database.Slowest + Tolerance, $"the nodes' captures are said to have begun {skew} apart");
        foreach (var capture in made.Record.Captures)
        {
            var late = capture.Started.ToDateTimeOffset() - world.Time.Now - wrongBy[capture.Node];
            Require(late < TimeSpan.Zero && late > TimeSpan.FromHours(-1), $"{capture.Node}'s capture does not stand there by that node's own clock: {capture}");
        }

        world.Database.Change();
        world.Database.Run(running: false);
        var before = world.Database.Look();
        var request = new RestoreRequest { Cluster = World.Cluster, Point = backup.PointId };
        request.PlanHash = (await console.AskAsync((client, options) => client.PlanRestoreAsync(request, options))).PlanHash;
        var restore = await EndAsync("the restore", (client, options) => client.RunRestoreAsync(request, options));
        Require(world.Database.DiffersFrom(generation) is null, $"it was restored, but {world.Database.DiffersFrom(generation)}");

        var undo = await console.AskAsync((client, options) => client.PlanAftermathAsync(new PlanAftermathRequest { Cluster = World.Cluster, What = Aftermath.Undo }, options));
        await EndAsync("the undo", (client, options) => client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = World.Cluster, RestoreJobId = restore.JobId, PlanHash = undo.PlanHash }, options));
        Require(world.Nodes.All(node => world.Database.Look()[node].SequenceEqual(before[node])), "the restore was undone, but the data are not the old ones");

        await invariants.SettledAsync();
        await invariants.HoldAsync();

        async Task<Job> EndAsync(string what, Func<V1.Coordinator.CoordinatorClient, Grpc.Core.CallOptions, Grpc.Core.AsyncUnaryCall<Job>> call)
        {
            var begun = await console.StartAsync(what, call);
            Require(begun is not null, $"{what} was refused");
            var ended = (await console.EndedAsync()).Single(job => job.JobId == begun!.JobId);
            Require(ended.State == JobState.Succeeded, $"{what} ended {ended.State}: {ended.Error}");
            return ended;
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException(otherwise);
        }
    }
}
