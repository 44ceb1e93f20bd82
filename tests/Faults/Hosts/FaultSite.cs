using Cairn.Shared.Security;
using Cairn.Shared.Security.Tls;
using Cairn.TestKit;
using Cairn.TestKit.Processes;
using Cairn.TestKit.Trees;
using Cairn.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Cairn.Faults.Hosts;

/// <summary>A coordinator and three agents, each on a host of its own, with mutual TLS between them and directories in the place of a database.</summary>
internal sealed class FaultSite : IAsyncDisposable
{
    public const string Cluster = "site";
    public const string Coordinator = "coordinator";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Plot plot;
    private readonly Dictionary<string, IReadOnlyList<TreeImage>> contentOfPoint = new(StringComparer.Ordinal);
    private GrpcChannel? channel;
    private int generation;

    private FaultSite(Plot plot) => this.plot = plot;

    /// <summary>The nodes' names.</summary>
    public static IReadOnlyList<string> Nodes { get; } = ["n1", "n2", "n3"];

    /// <summary>The processes.</summary>
    public CairnSystem Cairn { get; private set; } = null!;

    /// <summary>As the first admin.</summary>
    public V1.Coordinator.CoordinatorClient Client => new(channel!);

    private Network Network { get; set; } = null!;

    /// <summary>A path below the site's directory.</summary>
    public string At(params string[] parts) => Path.Combine([plot.DirectoryPath, .. parts]);

    /// <summary>A new one, in the place of whatever was there before.</summary>
    public static async Task<FaultSite> StartAsync(Plot plot)
    {
        // No process here lives long enough to win back what it costs to compile its code a second time, better.
        Environment.SetEnvironmentVariable("DOTNET_TC_CallCounting", "0");
        await plot.ClearAsync();
        var site = new FaultSite(plot);
        try
        {
            await site.StartAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        // One repository is on a disk that a test can fill.
        Directory.CreateDirectory(At("small"));
        await Command.RunAsync("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", At("small"));
        Network = await Network.StartAsync(plot, [Coordinator, .. Nodes]);
        Change();
        Cairn = new CairnSystem(At("cairn"), Cluster, "files")
        {
            Url = $"https://{Network.AddressOf(Coordinator)}:7460",
            CoordinatorStartedBy = Network.Entering(Coordinator),
            CoordinatorLimits =
            [
                "heartbeat-seconds: 1", "owed-seconds: 1", "patience-seconds: 45", "call-seconds: 10", "capture-lease-seconds: 10",
                "free-floor-mebibytes: 1", "command-seconds: 60", "resume-seconds: 0",

                // Two months: a host whose clock is six weeks ahead can work.
                "certificate-hours: 1440",
            ],
        };
        await Cairn.StartAsync(
            [
                .. Nodes.Select(node => new AgentSetup(node, "files", EngineConfig: "", [At("db", node)])
                {
                    Listen = $"{Network.AddressOf(node)}:7461",
                    StartedBy = Network.Entering(node),
                    InstanceLines =
                    [
                        "options:",
                        $"  roots: {{wal: {At("db", node, "wal")}, data: {At("db", node, "data")}}}",
                        "  immutable: ['**/*.sst']",
                        $"  processes: [{Database(node)}]",
                        $"commands: {{start: [{Script(node, "start", $"setsid {Database(node)} infinity > /dev/null 2>&1 < /dev/null &\necho $! > {At($"{node}.pid")}")}], stop: [{Script(node, "stop", $"kill $(cat {At($"{node}.pid")})")}], limit-seconds: 20}}",
                    ],
                    Limits = ["reconnect-max-ms: 300", "free-floor: 1MiB"],
                    Repository = node == "n2" ? At("small", "repository") : null,
                }),
            ],
            CancellationToken.None);
        channel = GrpcChannel.ForAddress(Cairn.Url, CredentialTransport.ChannelOptions(
            CredentialFile.Read(Cairn.Credentials),
            static () => new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(15) },
            TimeProvider.System));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        channel?.Dispose();
        await (Cairn?.DisposeAsync() ?? ValueTask.CompletedTask);
        Network?.Dispose();
        await plot.ClearAsync();
    }

    /// <summary>A node's data and log are others now, on all nodes.</summary>
    public void Change()
    {
        generation++;
        foreach (var node in Nodes)
        {
            Write(node, "data/state", $"{node} {generation}");
            Write(node, "data/tables/1.sst", new string((char)('a' + (generation % 26)), 300_000));
            Write(node, $"data/tables/{generation}.sst", $"{node} table {generation}");
            Write(node, "wal/log", $"log {generation}");
            Directory.CreateDirectory(At("db", node, "data", "empty"));
        }
    }

    /// <summary>What stands at the live paths now.</summary>
    public IReadOnlyList<TreeImage> Images() =>
        [.. Nodes.SelectMany(node => new[] { TreeImage.Of(At("db", node, "wal")), TreeImage.Of(At("db", node, "data")) })];

    /// <summary>Ends the running databases.</summary>
    public async Task StopDatabasesAsync()
    {
        foreach (var pid in Nodes.Select(node => At($"{node}.pid")).Where(File.Exists))
        {
            // It may have been stopped already.
            await Command.TryAsync("kill", (await File.ReadAllTextAsync(pid, CancellationToken.None)).Trim());
            File.Delete(pid);
        }
    }

    /// <summary>Kills an agent or the coordinator.</summary>
    public Task KillAsync(string victim) => victim == Coordinator ? Cairn.KillCoordinatorAsync() : Cairn.KillAgentAsync(victim);

    /// <summary>Starts it again.</summary>
    public Task ReviveAsync(string victim) => victim == Coordinator
        ? Cairn.StartCoordinatorAsync(CancellationToken.None)
        : Cairn.StartAgentAsync(victim, CancellationToken.None);

    /// <summary>Starts agents again by clocks that are wrong by so much, until the result is disposed.</summary>
    public async Task<Ending> SetClocksAsync(params (string Node, TimeSpan Wrong)[] clocks)
    {
        var right = new Ending(() => Task.WhenAll(clocks.Select(clock => RestartAsync(clock.Node, Network.Entering(clock.Node)))));
        try
        {
            await Task.WhenAll(clocks.Select(clock => RestartAsync(clock.Node, [.. Network.Entering(clock.Node), .. WrongClock.By(clock.Wrong)])));
            return right;
        }
        catch
        {
            await right.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is sent over these links is lost until the result is disposed.</summary>
    public async Task<Ending> CutAsync((string From, string To)[] links)
    {
        foreach (var (from, to) in links)
        {
            await Network.CutAsync(from, to);
        }

        return new Ending(async () =>
        {
            foreach (var (from, to) in links)
            {
                await Network.MendAsync(from, to);
            }
        });
    }

    /// <summary>Begins a backup; returns its job.</summary>
    public async Task<string> BeginBackupAsync(BackupKind kind = BackupKind.Full) =>
        (await Client.RunBackupAsync(new RunBackupRequest { Cluster = Cluster, Kind = kind, Cold = true }, Options())).JobId;

    /// <summary>A point of what stands there now, made without any trouble.</summary>
    public async Task<string> BackUpAsync()
    {
        var job = await EndOfAsync(await BeginBackupAsync());
        Assert.True(job.State == JobState.Succeeded, $"{job}\n{Cairn.Output()}");
        contentOfPoint[job.PointId] = Images();
        return job.PointId;
    }

    /// <summary>The newest point that was made without any trouble and is not deleted; made when there is none.</summary>
    public async Task<string> AnyPointAsync()
    {
        var listed = (await PointsAsync()).Select(point => point.PointId).LastOrDefault(contentOfPoint.ContainsKey);
        if (listed is not null)
        {
            return listed;
        }

        Change();
        return await BackUpAsync();
    }

    /// <summary>Begins to delete a point, by what its plan shows; returns its job.</summary>
    public async Task<string> BeginDeletionAsync(string point)
    {
        var request = new DeleteBackupRequest { Cluster = Cluster, Point = point };
        request.PlanHash = (await Client.PlanDeletionAsync(request, Options())).PlanHash;
        return (await Client.DeleteBackupAsync(request, Options())).JobId;
    }

    /// <summary>Begins a restore, by what its plan shows; returns its job.</summary>
    public async Task<string> BeginRestoreAsync(string point, bool stopAndStart = false)
    {
        var shown = await PointAsync(point);
        var request = new RestoreRequest
        {
            Cluster = Cluster,
            Point = point,
            Stop = stopAndStart,
            Start = stopAndStart,
            AcceptedCaveats = { shown.Caveats.Select(caveat => caveat.Name) },
        };
        var plan = await Client.PlanRestoreAsync(request, Options());
        Assert.True(plan.Possible, plan.ToString());
        request.PlanHash = plan.PlanHash;
        return (await Client.RunRestoreAsync(request, Options())).JobId;
    }

    /// <summary>Begins to undo or discard the last restore; returns its job.</summary>
    public async Task<string> BeginAftermathAsync(Aftermath what)
    {
        var plan = await Client.PlanAftermathAsync(new PlanAftermathRequest { Cluster = Cluster, What = what }, Options());
        return what == Aftermath.Undo
            ? (await Client.UndoRestoreAsync(new UndoRestoreRequest { Cluster = Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, Options())).JobId
            : (await Client.DiscardRestoreAsync(new DiscardRestoreRequest { Cluster = Cluster, RestoreJobId = plan.RestoreJobId, PlanHash = plan.PlanHash }, Options())).JobId;
    }

    /// <summary>Waits until a job has ended, also through restarts of the coordinator.</summary>
    public async Task<Job> EndOfAsync(string job)
    {
        Job? ended = null;
        await Eventually.HoldsAsync(
            $"the end of job {job}",
            async _ => await AnswerAsync(client => client.GetJobAsync(new GetJobRequest { JobId = job }, Options())) is { } found
                ? (ended = found).Ended is null ? found.ToString() : null
                : "the coordinator does not answer",
            Deadline,
            CancellationToken.None);
        return ended!;
    }

    /// <summary>
    /// What must hold after every trouble: nothing runs or is held any more, every backup's verdict is the truth, and every point restores, byte by
    /// byte, into a directory beside.
    /// </summary>
    public async Task RequireSoundAsync()
    {
        await Eventually.HoldsAsync(
            "every agent is seen, every job has ended, no capture is held and every verdict is right", async _ => await WrongAsync(), Deadline, CancellationToken.None);
    }

    /// <summary>Every byte of a point is restored beside, on every node, and is what it was.</summary>
    public async Task RequireRestorableAsync(string point)
    {
        var job = await Client.VerifyBackupAsync(
            new VerifyBackupRequest { Cluster = Cluster, Point = point, Level = VerifyLevel.Restore }, Options());
        var verified = await EndOfAsync(job.JobId);
        Assert.True(verified.State == JobState.Succeeded, $"{verified}\n{Cairn.Output()}");
    }

    /// <summary>Every node knows that a point is deleted, and holds nothing of it; the chain that it was alone in is gone too.</summary>
    public async Task RequireDeletedAsync(string point)
    {
        Assert.DoesNotContain(await PointsAsync(), listed => listed.PointId == point);
        await Eventually.HoldsAsync(
            $"no node holds anything of point {point}", _ => Task.FromResult(Nodes.Select(node => LeftOf(point, node)).FirstOrDefault(left => left is not null)), Deadline, CancellationToken.None);
    }

    /// <summary>Waits until the coordinator has heard nothing of a node for a while.</summary>
    public Task UntilSilentAsync(string node) => Eventually.HoldsAsync(
        $"the coordinator hears nothing of {node}",
        async _ => await AnswerAsync(client => client.ListNodesAsync(new ListNodesRequest(), Options())) is not { } listed
            ? "the coordinator does not answer"
            : listed.Nodes.Single(known => known.Name == node) is { State: not "silent" } heard ? heard.State : null,
        Deadline,
        CancellationToken.None);

    /// <summary>What the nodes say of themselves now.</summary>
    public async Task<V1.Topology> TopologyAsync() => await Client.GetTopologyAsync(new GetTopologyRequest { Cluster = Cluster }, Options());

    /// <summary>A point, by its id or another name.</summary>
    public async Task<PointSummary> PointAsync(string point) =>
        (await Client.GetBackupAsync(new GetBackupRequest { Cluster = Cluster, Point = point }, Options())).Summary;

    /// <summary>The points, newest last.</summary>
    public async Task<IReadOnlyList<PointSummary>> PointsAsync() =>
        (await Client.ListBackupsAsync(new ListBackupsRequest { Cluster = Cluster }, Options())).Points;

    /// <summary>What a point was made of.</summary>
    public IReadOnlyList<TreeImage> ContentOf(string point) => contentOfPoint[point];

    private static CallOptions Options() => new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30));

    private async Task<T?> AnswerAsync<T>(Func<V1.Coordinator.CoordinatorClient, AsyncUnaryCall<T>> call)
        where T : class
    {
        try
        {
            return await call(Client);
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled)
        {
            return null;
        }
    }

    private async Task<string?> WrongAsync()
    {
        var nodes = await AnswerAsync(client => client.ListNodesAsync(new ListNodesRequest(), Options()));
        if (nodes is null || nodes.Nodes.Any(node => node.State != "online"))
        {
            return $"not every agent is seen: {nodes}";
        }

        var jobs = await AnswerAsync(client => client.ListJobsAsync(new ListJobsRequest { Cluster = Cluster, Limit = 100 }, Options()));
        var listed = await AnswerAsync(client => client.ListBackupsAsync(new ListBackupsRequest { Cluster = Cluster }, Options()));
        if (jobs is null || listed is null)
        {
            return "the coordinator does not answer";
        }

        if (jobs.Jobs.FirstOrDefault(job => job.Ended is null) is { } running)
        {
            return $"a job runs: {running}";
        }

        var deleted = jobs.Jobs.Where(job => job is { Kind: "delete", State: JobState.Succeeded }).Select(job => job.PointId).ToHashSet(StringComparer.Ordinal);
        foreach (var backup in jobs.Jobs.Where(job => job.Kind == "backup"))
        {
            var exists = listed.Points.Any(point => point.PointId == backup.PointId);
            if (exists != (backup.State == JobState.Succeeded && !deleted.Contains(backup.PointId)))
            {
                return $"its point {(exists ? "exists" : "does not exist")}: {backup}";
            }
        }

        if (listed.Damaged.Count + listed.Unreachable.Count > 0)
        {
            return listed.ToString();
        }

        return Nodes.Select(node => At("db", node, ".cairn", "capture")).FirstOrDefault(
            captures => Directory.Exists(captures) && Directory.EnumerateFileSystemEntries(captures).Any());
    }

    private string? LeftOf(string point, string node)
    {
        var repository = Cairn.RepositoryOf(node);
        if (!File.Exists(Path.Combine(repository, "tombstones", $"{point}.tombstone")))
        {
            return $"{node} has no tombstone";
        }

        var chains = Path.Combine(repository, "chains");
        return Directory.EnumerateFiles(chains, $"{point}.*", SearchOption.AllDirectories).FirstOrDefault()
            ?? Directory.EnumerateDirectories(chains).FirstOrDefault(chain => !Directory.EnumerateFiles(Path.Combine(chain, "manifests")).Any());
    }

    private async Task RestartAsync(string node, IReadOnlyList<string> startedBy)
    {
        await KillAsync(node);
        Cairn.Configure(node, setup => setup with { StartedBy = startedBy });
        await ReviveAsync(node);
    }

    // What counts as the running database: a program of its own name that does nothing.
    private string Database(string node)
    {
        var path = At($"{node}-database");
        if (!File.Exists(path))
        {
            File.Copy("/bin/sleep", path);
        }

        return path;
    }

    private string Script(string node, string name, string body)
    {
        var path = At($"{node}-{name}");
        using (var writer = new StreamWriter(path))
        {
            writer.Write($"#!/bin/sh\n{body}\n");
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private void Write(string node, string relative, string content)
    {
        var path = At("db", node, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path + ".new");
        writer.Write(content);
        writer.Close();
        File.Move(path + ".new", path, overwrite: true);
    }
}
