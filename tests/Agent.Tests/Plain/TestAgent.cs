using System.Net;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Hosting;
using Cairn.Agent.Registration;
using Cairn.Agent.Restore;
using Cairn.Repository;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Tests.Plain;

/// <summary>
/// A whole agent in this process over real gRPC, repository and directories, with one instance of <see cref="PlainEngine"/>
/// whose data are in <c>data</c> and metadata in <c>meta</c>. It runs while <c>running</c> is there.
/// </summary>
internal sealed class TestAgent : IAsyncDisposable
{
    public const string Cluster = "plain-cluster";
    public const string Node = "node1";

    private WebApplication? application;
    private GrpcChannel? channel;
    private long epoch = 1;

    private TestAgent()
    {
    }

    public TestDirectory Files { get; } = new();

    public Cairn.V1.Agent.AgentClient Client { get; private set; } = null!;

    public GrpcChannel Channel => channel!;

    public bool Reflection { get; set; }

    public string NodeName { get; set; } = Node;

    public string? Repository { get; set; }

    public KeySource? RepositoryKey { get; set; }

    public IReadOnlyList<string> RestoreFrom { get; set; } = [];

    public ServiceOptions Commands { get; set; } = new();

    public string Data => Files.At("db", "data");

    public string Meta => Files.At("db", "meta");

    public string RunningMark => Files.At("running");

    public IStepHook Hook { get; set; } = new NoHook();

    public Uri Coordinator { get; set; } = new("http://127.0.0.1:1");

    public string Address { get; private set; } = "";

    public long FreeFloorBytes { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public IServiceProvider Services => application!.Services;

    public static async Task<TestAgent> StartAsync(Action<TestAgent>? configure = null)
    {
        var agent = new TestAgent();
        agent.Files.Write("db/data/a/one.tssp", "one");
        agent.Files.Write("db/data/a/two.tssp", "two two");
        Directory.CreateDirectory(agent.Files.At("db", "data", "empty"));
        agent.Files.Write("db/meta/raft.db", "metadata of the beginning");
        agent.Files.Write("running", "process");
        agent.Files.Write(
            "plain.conf",
            $"root data {agent.Data}\nroot meta {agent.Meta}\nmetadata meta\nruns-while {agent.RunningMark}\n");
        configure?.Invoke(agent);
        await agent.StartAgainAsync();
        return agent;
    }

    public async Task StartAgainAsync()
    {
        application = AgentHost.Build(Settings(), Time, Hook);
        await application.StartAsync();
        Address = application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First();
        channel = GrpcChannel.ForAddress(Address);
        Client = new Cairn.V1.Agent.AgentClient(channel);
        Services.GetRequiredService<BoundAddress>().Set(Address);
    }

    public async Task StopAsync()
    {
        channel?.Dispose();
        if (application is not null)
        {
            await application.StopAsync();
            await application.DisposeAsync();
        }

        application = null;
    }

    public AgentSettings Settings() => new()
    {
        Node = NodeName,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Coordinator = Coordinator,
        Insecure = true,
        StateDirectory = Files.At("state"),
        RepositoryPath = Repository ?? Files.At("repository"),
        RepositoryKey = RepositoryKey,
        RestoreFrom = RestoreFrom,
        Roots = [Files.At("db")],
        Compression = Compression.Fastest,
        MaxPackBytes = 64 << 20,
        Instances =
        [
            new InstanceOptions { Name = "plain1", Engine = PlainEngine.EngineName, Config = Files.At("plain.conf"), Commands = Commands },
        ],
        Engines = new EngineCatalog([new PlainEngine()]),
        FreeFloorBytes = FreeFloorBytes,
        Reflection = Reflection,
        CaptureCheck = TimeSpan.FromMilliseconds(100),
        ReconnectMax = TimeSpan.FromSeconds(5),
    };

    public void StopDatabase() => File.Delete(RunningMark);

    public CommandHeader Header(string jobId) => new()
    {
        TaskId = Guid.NewGuid().ToString("D"),
        JobId = jobId,
        Cluster = Cluster,
        Epoch = epoch,
        Deadline = Time.GetUtcNow().AddMinutes(5).ToTimestamp(),
    };

    public static string NewJob() => Guid.NewGuid().ToString("D");

    public void RaiseEpoch() => epoch++;

    /// <summary>Watches the task to its end, and gives that.</summary>
    public async Task<TaskStatus> EndOfAsync(TaskStatus begun)
    {
        using var watch = Client.WatchTask(new WatchTaskRequest { TaskId = begun.TaskId });
        var last = begun;
        while (await watch.ResponseStream.MoveNext(CancellationToken.None))
        {
            last = watch.ResponseStream.Current;
        }

        return last;
    }

    /// <summary>Watches the task to its end, which must be a success.</summary>
    public async Task<TaskStatus> DoneAsync(AsyncUnaryCall<TaskStatus> call)
    {
        var end = await EndOfAsync(await call);
        Assert.True(end.State == TaskState.Succeeded, $"{end.Kind}: {end.Error?.Code}: {end.Error?.Message}");
        return end;
    }

    /// <summary>Watches the task to its end, which must be a failure.</summary>
    public async Task<ErrorDetail> RefusedAsync(AsyncUnaryCall<TaskStatus> call)
    {
        var end = await EndOfAsync(await call);
        Assert.True(end.State == TaskState.Failed, $"{end.Kind} has succeeded");
        return end.Error;
    }

    public CaptureRequest CaptureRequest(string jobId, PointId point, string step) => new()
    {
        Header = Header(jobId),
        PointId = point.ToString(),
        Step = step,
        Attempt = 1,
        LeaseMs = 60_000,
        MaxAgeMs = 600_000,
    };

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Files.Dispose();
    }
}
