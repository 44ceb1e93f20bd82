using System.Text.Json;
using Cairn.TestKit.Processes;

namespace Cairn.Root.Tests.Sites;

/// <summary>
/// A coordinator and one agent, as processes, over a database that is a directory of files: <c>db/data</c>. It counts as running while
/// somebody has a file of it open.
/// </summary>
public sealed class RootSite : IAsyncLifetime
{
    public const string Cluster = "site";
    public const string Node = "n1";
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cairn-root-");

    public RootSite()
    {
        Assert.True(Environment.IsPrivilegedProcess, "the suite Root mounts, and gives files to other users: run it as root");
        Cairn = new CairnSystem(At("cairn"), Cluster, "files")
        {
            CoordinatorLimits = ["heartbeat-seconds: 1", "owed-seconds: 1", "patience-seconds: 30"],
        };

        // Other users' agents work below it.
        Shell.Run($"chmod 755 '{directory.FullName}'");
        Write("one", "one");
        Write("below/two", "two two");
    }

    public CairnSystem Cairn { get; }

    /// <summary>The database's directory, as configured.</summary>
    public string Data => At("db", "data");

    /// <summary>The agent's setup; a test that needs another changes it before <see cref="StartAsync"/>.</summary>
    public AgentSetup Setup { get; set; } = null!;

    /// <summary>A path below the test's directory.</summary>
    public string At(params string[] parts) => Path.Combine([directory.FullName, .. parts]);

    public Task InitializeAsync()
    {
        Setup = new AgentSetup(Node, "files", EngineConfig: "", [directory.FullName])
        {
            InstanceLines = ["options:", $"  roots: {{data: {Data}}}"], Limits = ["reconnect-max-ms: 500"],
        };
        return Task.CompletedTask;
    }

    public Task StartAsync() => Cairn.StartAsync([Setup], CancellationToken.None);

    /// <summary>Starts the agent anew, by these words.</summary>
    public async Task RestartAgentAsync(params string[] startedBy)
    {
        await Cairn.KillAgentAsync(Node);
        Cairn.Configure(Node, setup => setup with { StartedBy = startedBy });
        await Cairn.StartAgentAsync(Node, CancellationToken.None);
        await Cairn.WaitForAgentsAsync(CancellationToken.None);
    }

    /// <summary>Writes a file of the database; returns its path.</summary>
    public string Write(string relative, string content)
    {
        var path = Path.Combine(Data, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path);
        writer.Write(content);
        return path;
    }

    /// <summary>Names, owners, modes and contents of the database, a line each.</summary>
    public IReadOnlyList<string> Look() => Shell.Run(
        $"cd '{Data}/' && find . -exec stat -c '%n %F %a %u:%g' '{{}}' ';' | sort && find . -type f -exec sha256sum '{{}}' ';' | sort").Split('\n');

    /// <summary>Makes a backup and returns its point.</summary>
    public async Task<string> BackUpAsync() => (await DoneAsync("backup", "run", Cluster, "--full")).GetProperty("pointId").GetString()!;

    /// <summary>Restores a point.</summary>
    public Task RestoreAsync(string point) => DoneAsync(["restore", "run", Cluster, point, "--yes", .. Accepted]);

    /// <summary>The check that keeps a restore from being possible; there must be exactly one of that name.</summary>
    public async Task<(string Code, string Finding, string WayOut)> RefusedAsync(string point, string check)
    {
        var planned = await Cairn.CliAsync(["restore", "plan", Cluster, point, .. Accepted], CancellationToken.None);
        Assert.True(planned.ExitCode == 3, $"{planned}\n{Cairn.Output()}");
        using var document = JsonDocument.Parse(planned.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[0]);
        var refused = Assert.Single(
            document.RootElement.GetProperty("nodes")[0].GetProperty("precheck").GetProperty("checks").EnumerateArray(),
            seen => seen.GetProperty("name").GetString() == check && !seen.GetProperty("passed").GetBoolean());
        var error = refused.GetProperty("error");
        return (
            error.GetProperty("code").GetString()!,
            refused.GetProperty("finding").GetString()!,
            error.GetProperty("wayOut").GetString()!);
    }

    /// <summary>Runs a command that must succeed.</summary>
    public async Task<JsonElement> DoneAsync(params string[] arguments)
    {
        var result = await Cairn.CliAsync(arguments, CancellationToken.None);
        Assert.True(result.ExitCode == 0, $"{result}\n{Cairn.Output()}");
        return result.Last;
    }

    public async Task DisposeAsync()
    {
        await Cairn.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private static string[] Accepted => ["--accept-caveat", "no-capture-command"];
}
