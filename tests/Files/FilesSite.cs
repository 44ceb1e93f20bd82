using System.Text.Json;
using Cairn.TestKit.Processes;

namespace Cairn.Files.Tests;

/// <summary>A coordinator and agents with the engine for any database, over directories of a test's own.</summary>
public sealed class FilesSite : IAsyncDisposable
{
    public const string Cluster = "site";

    /// <summary>Each test has many processes; several tests at once would only wait for one another.</summary>
    public const string OneAtATime = "one at a time";

    private readonly CairnSystem cairn;
    private readonly DirectoryInfo root;

    private FilesSite(DirectoryInfo root)
    {
        this.root = root;
        cairn = new CairnSystem(At("cairn"), Cluster, "files")
        {
            CoordinatorLimits = ["heartbeat-seconds: 1", "owed-seconds: 1", "patience-seconds: 60"],
        };
    }

    /// <summary>A path below the test's directory.</summary>
    public string At(params string[] parts) => Path.Combine([root.FullName, .. parts]);

    /// <summary>A site that has not started, for paths in the agents' configurations.</summary>
    public static FilesSite Create() => new(Directory.CreateTempSubdirectory("cairn-files-"));

    /// <summary>Starts it, with agents whose instance names no engine, has these lines and keeps its data below <c>db/NODE</c>.</summary>
    public Task StartAsync(params (string Node, string[] InstanceLines)[] agents) => cairn.StartAsync(
        [
            .. agents.Select(agent => new AgentSetup(agent.Node, Engine: "", EngineConfig: "", [At("db", agent.Node)])
            {
                InstanceLines = agent.InstanceLines,
                Limits = ["reconnect-max-ms: 500"],
            }),
        ],
        CancellationToken.None);

    /// <summary>Kills an agent and starts it again.</summary>
    public async Task KillAgentAsync(string node, Func<Task> meanwhile)
    {
        await cairn.KillAgentAsync(node);
        await meanwhile();
        await cairn.StartAgentAsync(node, CancellationToken.None);
        await cairn.WaitForAgentsAsync(CancellationToken.None);
    }

    /// <summary>Runs a command; its outcome is the caller's to judge.</summary>
    public Task<CliResult> CliAsync(params string[] arguments) => cairn.CliAsync(arguments, CancellationToken.None);

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<JsonElement> DoneAsync(params string[] arguments)
    {
        var result = await CliAsync(arguments);
        Assert.True(result.ExitCode == 0, $"{result}\n{cairn.Output()}");
        return result.Last;
    }

    /// <summary>Makes a backup and returns its point.</summary>
    public async Task<string> BackUpAsync(params string[] options) =>
        (await DoneAsync(["backup", "run", Cluster, .. options])).GetProperty("pointId").GetString()!;

    /// <summary>What a point says about itself.</summary>
    public async Task<JsonElement> PointAsync(string point) =>
        (await DoneAsync("backup", "show", Cluster, point)).GetProperty("summary");

    /// <summary>The names of a point's caveats.</summary>
    public async Task<IReadOnlyList<string>> CaveatsAsync(string point) =>
        (await PointAsync(point)).TryGetProperty("caveats", out var caveats)
            ? [.. caveats.EnumerateArray().Select(caveat => caveat.GetProperty("name").GetString()!)]
            : [];

    /// <summary>Restores a point, accepting by name whatever it says that it does not promise.</summary>
    public async Task RestoreAsync(string point, params string[] options) => await DoneAsync(
        [
            "restore", "run", Cluster, point, "--yes", .. options,
            .. (await CaveatsAsync(point)).SelectMany(name => (string[])["--accept-caveat", name]),
        ]);

    /// <summary>Everything of Cairn's that stands beside the data.</summary>
    public IReadOnlyList<string> Leftovers() =>
        [.. Directory.EnumerateFileSystemEntries(At("db"), "*", SearchOption.AllDirectories).Where(path => path.Contains("/.cairn", StringComparison.Ordinal))];

    /// <summary>Writes an executable script; returns its path.</summary>
    public string Script(string name, string body)
    {
        var path = At(name);
        using (var writer = new StreamWriter(path))
        {
            writer.Write($"#!/bin/sh\n{body}\n");
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await cairn.DisposeAsync();
        root.Delete(recursive: true);
    }
}
