using System.CommandLine;
using Cairn.Agent.Engines;
using Cairn.Agent.Recovery;
using Cairn.Agent.Tests.Plain;
using Cairn.Repository;

namespace Cairn.Agent.Tests.Recovery;

/// <summary>
/// A host whose agent made a point and is gone with its coordinator and its state: repository and database configuration are left.
/// </summary>
internal sealed class RecoveryScene : IAsyncDisposable
{
    private RecoveryScene(TestAgent agent) => Agent = agent;

    public TestAgent Agent { get; }

    public PointId Point { get; private set; }

    public IReadOnlyList<string> DataAtBackup { get; private set; } = [];

    public IReadOnlyList<string> DataBefore => Snapshot.Of(Agent.Data);

    public string State => Agent.Files.At("recovery");

    public string Kept => Path.Combine(State, "recover.yaml");

    /// <summary>What stands for the lost configuration of the agent.</summary>
    public string[] Named => ["--repository", Agent.Files.At("repository"), "--instance", $"plain1={Agent.Files.At("plain.conf")}", "--state", State];

    public static Task<RecoveryScene> MakeAsync(params string[] otherNodes) => MakeAsync(static _ => { }, otherNodes);

    public static async Task<RecoveryScene> MakeAsync(Action<TestAgent> configure, params string[] otherNodes)
    {
        var scene = new RecoveryScene(await TestAgent.StartAsync(configure));
        scene.DataAtBackup = Snapshot.Of(scene.Agent.Data);
        scene.Point = await scene.Agent.BackUpAsync(otherNodes: otherNodes);
        scene.Agent.Files.Write("db/data/a/later.tssp", "written after the point");
        scene.Agent.StopDatabase();
        await scene.Agent.StopAsync();
        Directory.Delete(scene.Agent.Files.At("state"), recursive: true);
        return scene;
    }

    /// <summary>Runs <c>cairn-agent recover …</c>, which must end with this code; returns what it printed.</summary>
    public static async Task<string> RunAsync(int exitCode, params string[] arguments)
    {
        using var printed = new StringWriter();
        var command = new RecoveryCommands(static _ => new EngineCatalog([new PlainEngine()])).Create();
        var ended = await command.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = printed, Error = printed });
        Assert.True(ended == exitCode, $"it ended with {ended}:\n{printed}");
        return printed.ToString();
    }

    public ValueTask DisposeAsync() => Agent.DisposeAsync();
}
