using System.Globalization;
using Cairn.V1;

namespace Cairn.Simulation.Schedules;

/// <summary>
/// What one world sees: some jobs of an operator, each with its own troubles, and after each, with the troubles over, a look whether everything is as it
/// must be. In the end of many every point is verified and one is restored.
/// </summary>
internal sealed class Schedule
{
    private readonly World world;
    private readonly Console console;
    private readonly Invariants invariants;
    private readonly Dictionary<string, int> generationOfPoint = new(StringComparer.Ordinal);

    private Schedule(World world)
    {
        this.world = world;
        console = new Console(world);
        invariants = new Invariants(world, console);
    }

    /// <summary>Lets it happen.</summary>
    public static Task HappenAsync(World world) => new Schedule(world).HappenAsync();

    private async Task HappenAsync()
    {
        world.Database.Change();
        world.Database.Run(running: true);

        // Until all have registered.
        await console.PauseAsync();
        if (world.Dice.Happens("a point to begin with", 0.6))
        {
            var generation = world.Database.Change();
            var begun = await QuietlyAsync("the first backup", (client, options) =>
                client.RunBackupAsync(new RunBackupRequest { Cluster = World.Cluster }, options));
            Require(begun.State == JobState.Succeeded, $"a backup fails without any trouble: {begun.Error}");
            generationOfPoint[begun.PointId] = generation;
        }

        var count = world.Dice.Pick("jobs", 1, 1, 2, 2, 3);
        for (var i = 1; i <= count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"job {i}");
            if (generationOfPoint.Count == 0 || world.Dice.Happens($"{name} is a backup", 0.5))
            {
                await BackUpAsync(name);
            }
            else if (world.Dice.Happens($"{name} is a verification", 0.15))
            {
                await VerifyAsync(name);
            }
            else if (world.Dice.Happens($"{name} is a deletion", 0.25))
            {
                await DeleteAsync(name);
            }
            else if (world.Dice.Happens($"{name} is an export", 0.2))
            {
                await ExportAsync(name);
            }
            else
            {
                await RestoreAsync(name);
            }
        }

        // All that it needs was looked at after every job; the proof by doing it is dear.
        if (world.Dice.Happens("the last restore", 0.4))
        {
            await EverythingRestoresAsync();
        }
    }

    private async Task BackUpAsync(string name)
    {
        var generation = world.Database.Change();
        var kind = world.Dice.Pick($"{name} kind", BackupKind.Unspecified, BackupKind.Full, BackupKind.Incremental);
        var policy = world.Dice.Happens($"{name} may go without a node", 0.3) ? NodeFailurePolicy.Partial : NodeFailurePolicy.Unspecified;
        world.Tell($"{name}: backup {kind} of generation {generation}, {policy}");
        await TroubledAsync(name, () => console.StartAsync(
            name, (client, options) => client.RunBackupAsync(new RunBackupRequest { Cluster = World.Cluster, Kind = kind, OnNodeFailure = policy }, options)));

        // A point without a node's part is looked at and verified; it makes no whole cluster that could be compared.
        foreach (var point in (await invariants.PointsAsync()).Where(point => !point.Partial))
        {
            generationOfPoint.TryAdd(point.PointId, generation);
        }
    }

    private async Task VerifyAsync(string name)
    {
        world.Tell($"{name}: verification");
        var job = await TroubledAsync(name, () => console.StartAsync(
            name, (client, options) => client.VerifyBackupAsync(new VerifyBackupRequest { Cluster = World.Cluster, Point = "latest" }, options)));
        Require(job?.Error?.Code != "POINT_DAMAGED", $"a sound point is said to be damaged: {job?.Error}");
    }

    private async Task DeleteAsync(string name)
    {
        var point = world.Dice.Pick<string>($"{name} point", [.. generationOfPoint.Keys.Order(StringComparer.Ordinal)]);
        world.Tell($"{name}: deletion of point {point}");
        var request = new DeleteBackupRequest { Cluster = World.Cluster, Point = point };
        request.PlanHash = (await console.AskAsync((client, options) => client.PlanDeletionAsync(request, options))).PlanHash;
        var job = await TroubledAsync(name, () => console.StartAsync(name, (client, options) => client.DeleteBackupAsync(request, options)));
        var exists = (await invariants.PointsAsync()).Any(listed => listed.PointId == point);
        Require(exists != job is { State: JobState.Succeeded }, $"the deletion of point {point} ended {job?.State}, and the point {(exists ? "exists" : "does not exist")}");
        if (!exists)
        {
            generationOfPoint.Remove(point);
        }
    }

    private async Task ExportAsync(string name)
    {
        var point = world.Dice.Pick<string>($"{name} point", [.. generationOfPoint.Keys.Order(StringComparer.Ordinal)]);
        var directory = Path.Combine(world.Exports, name);
        world.Tell($"{name}: export of point {point}, generation {generationOfPoint[point]}");
        var request = new ExportBackupRequest { Cluster = World.Cluster, Point = point, Format = ExportFormat.Plain, Directory = directory };
        var job = await TroubledAsync(name, () => console.StartAsync(name, (client, options) => client.ExportBackupAsync(request, options)));
        foreach (var node in world.Nodes)
        {
            var made = Path.Combine(directory, $"{point}-{node}");
            Require(job is not { State: JobState.Succeeded } || Directory.Exists(made), $"the export succeeded, but {made} is not there");
            if (Directory.Exists(made))
            {
                // What has its name is whole, whatever became of the job.
                var data = Directory.EnumerateDirectories(made, "data", SearchOption.AllDirectories).Single();
                Require(
                    Snapshot.Of(data).SequenceEqual(world.Database.DataOf(node, generationOfPoint[point])),
                    $"{data} holds\n    {string.Join("\n    ", Snapshot.Of(data))}");
            }
        }
    }

    private async Task RestoreAsync(string name)
    {
        var point = world.Dice.Pick<string>($"{name} point", [.. generationOfPoint.Keys.Order(StringComparer.Ordinal)]);
        world.Database.Run(running: false);
        var before = world.Database.Look();
        world.Tell($"{name}: restore of point {point}, generation {generationOfPoint[point]}");
        var request = await PlannedAsync(point);
        var job = await TroubledAsync(
            name, () => console.StartAsync(name, (client, options) => client.RunRestoreAsync(request, options)));
        var difference = world.Database.DiffersFrom(generationOfPoint[point]);
        if (job is { State: JobState.Succeeded })
        {
            Require(difference is null, $"restore {job.JobId} succeeded, but {difference}");
        }
        else if (difference is not null)
        {
            RequireOld(before, $"restore {job?.JobId} ended {job?.State}, and the data are neither all new ({difference})");
        }

        if (job is not null && difference is null && job.State == JobState.Succeeded)
        {
            await AfterwardsAsync(name, job.JobId, before);
        }

        world.Database.Run(running: true);
    }

    // An undo or a discard that failed is asked for again when the troubles are over, as its message says.
    private async Task AfterwardsAsync(string name, string restore, IReadOnlyDictionary<string, IReadOnlyList<string>> before)
    {
        if (world.Dice.Happens($"{name} is undone", 0.5))
        {
            await AftermathAsync($"{name} undo", Aftermath.Undo);
            RequireOld(before, "the restore was undone, but the data are not the old ones");
        }

        if (world.Dice.Happens($"{name} is discarded", 0.5))
        {
            await AftermathAsync($"{name} discard", Aftermath.Discard);
            foreach (var node in world.Nodes)
            {
                var beside = world.FileOf(node, "db", ".cairn", "restore", restore);
                Require(!Directory.Exists(beside), $"{beside} is still there");
            }
        }
    }

    private async Task AftermathAsync(string name, Aftermath what)
    {
        world.Tell($"{name}: {what}");
        var plan = await console.AskAsync((client, options) => client.PlanAftermathAsync(
            new PlanAftermathRequest { Cluster = World.Cluster, What = what }, options));
        var job = await TroubledAsync(name, () => BeginAsync(name, plan));
        for (var again = 1; job is not { State: JobState.Succeeded }; again++)
        {
            Require(again <= 3, $"{what} of restore {plan.RestoreJobId} does not succeed without any trouble: {job?.Error}");
            plan = await console.AskAsync((client, options) => client.PlanAftermathAsync(
                new PlanAftermathRequest { Cluster = World.Cluster, What = what, RestoreJobId = plan.RestoreJobId }, options));
            await BeginAsync($"{name} again", plan);
            job = (await console.EndedAsync())[^1];
        }

        await invariants.SettledAsync();
        await invariants.HoldAsync();
    }

    private Task<Job?> BeginAsync(string name, AftermathPlan plan) => console.StartAsync(name, (client, options) => plan.What == Aftermath.Undo
        ? client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = World.Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, options)
        : client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = World.Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, options));

    private async Task EverythingRestoresAsync()
    {
        var points = await invariants.PointsAsync();
        world.Tell($"the end: {points.Count} points");
        foreach (var point in points)
        {
            var verified = await QuietlyAsync("the last verification", (client, options) => client.VerifyBackupAsync(
                new VerifyBackupRequest { Cluster = World.Cluster, Point = point.PointId }, options));
            Require(verified.State == JobState.Succeeded, $"point {point.PointId} does not verify: {verified.Error}");
        }

        if (generationOfPoint.Count > 0)
        {
            var point = world.Dice.Pick<string>("the last point", [.. generationOfPoint.Keys.Order(StringComparer.Ordinal)]);
            world.Database.Run(running: false);
            var request = await PlannedAsync(point);
            var restored = await QuietlyAsync("the last restore", (client, options) => client.RunRestoreAsync(request, options));
            Require(restored.State == JobState.Succeeded, $"point {point} cannot be restored: {restored.Error}");
            var difference = world.Database.DiffersFrom(generationOfPoint[point]);
            Require(difference is null, $"point {point} was restored, but {difference}");
        }
    }

    private async Task<Job> QuietlyAsync(
        string what, Func<V1.Coordinator.CoordinatorClient, Grpc.Core.CallOptions, Grpc.Core.AsyncUnaryCall<Job>> call)
    {
        var job = await console.StartAsync(what, call);
        Require(job is not null, $"{what} was refused although all is well");
        return (await console.EndedAsync()).Single(ended => ended.JobId == job!.JobId);
    }

    private async Task<RestoreRequest> PlannedAsync(string point)
    {
        var request = new RestoreRequest { Cluster = World.Cluster, Point = point };
        var plan = await console.AskAsync((client, options) => client.PlanRestoreAsync(request, options));
        Require(plan.Possible, $"the restore of point {point} is not possible: {plan}");
        request.PlanHash = plan.PlanHash;
        return request;
    }

    /// <summary>
    /// Has a job run through its troubles, maybe given up on the way; returns it as it ended, when those were over and everything had settled; null when it
    /// never began.
    /// </summary>
    private async Task<Job?> TroubledAsync(string name, Func<Task<Job?>> start)
    {
        var earlier = (await console.JobsAsync()).Select(job => job.JobId).ToHashSet(StringComparer.Ordinal);
        using (new Trouble(world, name))
        {
            var begun = await start();
            if (begun is not null && world.Dice.Happens($"{name} is given up", 0.15))
            {
                await GiveUpAsync(name, begun);
            }

            await console.EndedAsync();
        }

        await invariants.SettledAsync();
        await invariants.HoldAsync();
        var mine = (await console.JobsAsync()).Where(job => !earlier.Contains(job.JobId)).ToList();
        Require(mine.Count <= 1, $"{name} was asked for once and became {mine.Count} jobs");
        if (mine is not [var ended])
        {
            world.Tell($"{name}: it never began");
            return null;
        }

        world.Tell($"{name}: {ended.State} {ended.Error?.Message}");
        world.Ended($"{ended.Kind} {ended.State}");
        return ended;
    }

    private async Task GiveUpAsync(string name, Job job)
    {
        var after = world.Dice.Between($"{name} given up after", TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        await Task.Delay(after, world.OperatorEnd.Clock, CancellationToken.None);
        await console.StartAsync(
            $"{name} given up", (client, options) => client.CancelJobAsync(new CancelJobRequest { JobId = job.JobId }, options));
    }

    private void RequireOld(IReadOnlyDictionary<string, IReadOnlyList<string>> before, string what)
    {
        var now = world.Database.Look();
        var changed = world.Nodes.FirstOrDefault(node => !now[node].SequenceEqual(before[node]));
        Require(
            changed is null,
            $"{what} nor all old: {changed} holds\n    {string.Join("\n    ", changed is null ? [] : now[changed])}\n  instead of\n    {string.Join("\n    ", changed is null ? [] : before[changed])}");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantException(otherwise);
        }
    }
}
