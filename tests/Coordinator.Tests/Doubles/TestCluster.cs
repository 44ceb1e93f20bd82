using System.Net;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Compatibility;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Service;
using Cairn.TestKit;
using Cairn.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Coordinator.Tests.Doubles;

/// <summary>
/// A real coordinator over a real catalog, with agent doubles on loopback. One database instance a node with the roles
/// "keeper" (led by the first) and "store".
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Name = "c1";
    public const string Engine = "doubledb";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-coordinator-tests-");
    private WebApplication? coordinator;
    private GrpcChannel? channel;

    public List<AgentDouble> Agents { get; } = [];

    public bool Reflection { get; set; }

    /// <summary>The clusters of the coordinator's configuration; null: one of all agents.</summary>
    public IReadOnlyList<ClusterDefinition>? Declared { get; set; }

    public CompatibilitySettings? Compatibility { get; set; }

    /// <summary>Where existing scripts are answered.</summary>
    public Uri CompatibilityUrl => new(Service<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last());

    public CoordinatorLimits Limits { get; set; } = new()
    {
        Call = TimeSpan.FromSeconds(3),
        Heartbeat = TimeSpan.FromMinutes(10),
        Patience = TimeSpan.FromSeconds(10),
        Precheck = TimeSpan.FromSeconds(5),
        CaptureStep = TimeSpan.FromSeconds(20),
        CaptureLease = TimeSpan.FromSeconds(60),
        CaptureMaxAge = TimeSpan.FromHours(1),
        FreeFloorBytes = 1,
        Bulk = TimeSpan.FromSeconds(60),
        Command = TimeSpan.FromSeconds(6),
        Owed = TimeSpan.FromMilliseconds(100),
        Resume = TimeSpan.Zero,
    };

    public V1.Coordinator.CoordinatorClient Client => new(channel!);

    public GrpcChannel Channel => channel!;

    public CoordinatorCatalog Catalog => coordinator!.Services.GetRequiredService<CoordinatorCatalog>();

    public T Service<T>()
        where T : notnull => coordinator!.Services.GetRequiredService<T>();

    public AgentDouble this[string node] => Agents.Single(agent => agent.Node == node);

    public static async Task<TestCluster> StartAsync(int nodes = 3)
    {
        var cluster = new TestCluster();
        for (var i = 1; i <= nodes; i++)
        {
            var agent = new AgentDouble($"n{i}", Engine);
            cluster.Agents.Add(agent);
            await agent.StartAsync();
        }

        cluster.Lead("n1");
        await cluster.StartCoordinatorAsync();
        return cluster;
    }

    /// <summary>All views now name <paramref name="leader"/>'s instance as the keepers' leader.</summary>
    public void Lead(string leader)
    {
        var members = Agents.SelectMany(agent => new[]
        {
            new ClusterMember { Role = "keeper", Address = $"{agent.Node}:1", Id = agent.Node, Alive = true, Leader = agent.Node == leader, Source = "view" },
            new ClusterMember { Role = "store", Address = $"{agent.Node}:2", Id = agent.Node, Alive = true, Source = "view" },
        }).ToList();
        foreach (var agent in Agents)
        {
            agent.Instance.Roles.Clear();
            agent.Instance.Roles.Add(["keeper", "store"]);
            agent.Instance.Addresses.Clear();
            agent.Instance.Addresses.Add(new RoleAddress { Role = "keeper", Address = $"{agent.Node}:1" });
            agent.Instance.Addresses.Add(new RoleAddress { Role = "store", Address = $"{agent.Node}:2" });
            agent.Instance.CaptureSteps.Clear();
            agent.Instance.CaptureSteps.Add(new CaptureStep { Name = "logs" });
            agent.Instance.CaptureSteps.Add(new CaptureStep { Name = "data" });
            agent.Instance.CaptureSteps.Add(
                new CaptureStep { Name = "metadata", LeaderRole = "keeper", ClusterMetadata = true });
            agent.Instance.View = new ClusterView { DatabaseClusterId = "x", Members = { members } };
        }
    }

    /// <summary>Its databases have these objects, and its engine can bring them back into a cluster that runs.</summary>
    public void Hold(params string[] objects)
    {
        foreach (var agent in Agents)
        {
            agent.Instance.Capabilities.Add(((string[])["select.objects", "restore.online"]).Except(agent.Instance.Capabilities).ToList());
            agent.Instance.View.Objects.Clear();
            agent.Instance.View.Objects.Add(objects);
        }
    }

    public async Task StartCoordinatorAsync()
    {
        coordinator = CoordinatorHost.Build(
            new CoordinatorSettings(
                new IPEndPoint(IPAddress.Loopback, 0),
                Path.Combine(state.FullName, "catalog.db"),
                LogFile: null,
                Reflection,
                Declared ?? [new ClusterDefinition(Name, Engine, [.. Agents.Select(agent => agent.Node)])],
                Limits)
            {
                Insecure = true,
                Compatibility = Compatibility,
            },
            TimeProvider.System);
        await coordinator.StartAsync();
        channel = GrpcChannel.ForAddress($"http://{CoordinatorHost.BoundTo(coordinator)}");
        foreach (var agent in Agents.Where(agent => agent.IsAlive))
        {
            await RegisterAsync(agent);
        }
    }

    public async Task StopCoordinatorAsync()
    {
        if (coordinator is { } stopping)
        {
            coordinator = null;
            channel!.Dispose();
            await stopping.StopAsync();
            await stopping.DisposeAsync();
        }
    }

    /// <summary>A new coordinator, which knows of this one's cluster what <paramref name="nodes"/> say; null: not even its name.</summary>
    public async Task ReplaceCoordinatorAsync(IReadOnlyList<string>? nodes)
    {
        await StopCoordinatorAsync();
        foreach (var file in state.EnumerateFileSystemInfos().ToList())
        {
            (file as DirectoryInfo)?.Delete(recursive: true);
            (file as FileInfo)?.Delete();
        }

        Declared = nodes is null ? [] : [new ClusterDefinition(Name, Engine, nodes)];
        await StartCoordinatorAsync();
    }

    public async Task RestartCoordinatorAsync()
    {
        await StopCoordinatorAsync();
        await StartCoordinatorAsync();
    }

    public async Task RegisterAsync(AgentDouble agent) => await Client.RegisterAgentAsync(new RegisterAgentRequest
    {
        Node = agent.Node,
        Address = agent.Address,
        AgentVersion = "0.0-test",
        ProtocolVersion = Cairn.Shared.ProtocolVersion.Current,
        Description = agent.Describe(),
    });

    /// <summary>The agent's process is started again, with its journal, and registers.</summary>
    public async Task ComeBackAsync(string node)
    {
        await this[node].StartAsync();
        await RegisterAsync(this[node]);
    }

    public async Task<Job> BackUpAsync(BackupKind kind = BackupKind.Unspecified) =>
        await EndOfAsync(await Client.RunBackupAsync(new RunBackupRequest { Cluster = Name, Kind = kind }));

    public async Task<Job> RestoreAsync(string point = "latest") => await EndOfAsync(
        await BeginRestoreAsync(new RestoreRequest { Cluster = Name, Point = point }));

    /// <summary>Looks at the plan, and asks for just that.</summary>
    public async Task<Job> BeginRestoreAsync(RestoreRequest request)
    {
        var plan = await Client.PlanRestoreAsync(request);
        var seen = request.Clone();
        seen.PlanHash = plan.PlanHash;
        return await Client.RunRestoreAsync(seen);
    }

    /// <summary>Looks at what an undo would do, and asks for just that.</summary>
    public async Task<Job> BeginUndoAsync(string restore = "")
    {
        var plan = await PlanAftermathAsync(Aftermath.Undo, restore);
        return await Client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = Name, RestoreJobId = restore, PlanHash = plan.PlanHash });
    }

    /// <summary>Looks at what a discard would do, and asks for just that.</summary>
    public async Task<Job> BeginDiscardAsync(string restore = "")
    {
        var plan = await PlanAftermathAsync(Aftermath.Discard, restore);
        return await Client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = Name, RestoreJobId = restore, PlanHash = plan.PlanHash });
    }

    public async Task<AftermathPlan> PlanAftermathAsync(Aftermath what, string restore = "") =>
        await Client.PlanAftermathAsync(
            new PlanAftermathRequest { Cluster = Name, What = what, RestoreJobId = restore });

    /// <summary>Watches the job until it has ended.</summary>
    public async Task<Job> EndOfAsync(Job job)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var watch = Client.WatchJob(new WatchJobRequest { JobId = job.JobId }, cancellationToken: deadline.Token);
        var last = job;
        try
        {
            await foreach (var state in watch.ResponseStream.ReadAllAsync(deadline.Token))
            {
                last = state;
            }
        }
        catch (RpcException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"the job did not end; its last state: {last}");
        }

        Assert.NotNull(last.Ended);
        return last;
    }

    public Task HoldsAsync(string what, Func<bool> condition) =>
        Eventually.HoldsAsync(what, condition, Deadline, CancellationToken.None);

    /// <summary>Waits until the agent has taken a command.</summary>
    public Task TookAsync(string node, string kind) =>
        HoldsAsync($"{node} takes {kind}; it took {string.Join(", ", this[node].Kinds())}", () => this[node].Kinds().Contains(kind));

    public async ValueTask DisposeAsync()
    {
        await StopCoordinatorAsync();
        foreach (var agent in Agents)
        {
            await agent.DisposeAsync();
        }

        state.Delete(recursive: true);
    }
}
