using System.Diagnostics;
using System.Text.Json;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.OpenGauss.Servers;

/// <summary>
/// A primary and two standbys with a tablespace outside the data directory and pgbench's tables in the database <c>bank</c>; a coordinator, an
/// agent for each. Nodes are called <c>node-1</c> (the primary at first), <c>node-2</c>, <c>node-3</c>; the cluster is called <c>site</c>.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    public const string Cluster = "site";
    private const string Engine = "opengauss";

    private Site(string directory, IReadOnlyList<Server> servers, CairnSystem cairn) => (Directory, Servers, Cairn) = (directory, servers, cairn);

    public string Directory { get; }

    public IReadOnlyList<Server> Servers { get; }

    public Server Primary => Servers[0];

    public CairnSystem Cairn { get; }

    /// <summary>Everything runs when this returns, and the standbys have caught up.</summary>
    /// <param name="scale">Of pgbench; about 15 MB each.</param>
    /// <param name="standbys">How many follow the primary.</param>
    /// <param name="within">Where the servers and repositories lie; null for the temporary directory.</param>
    public static async Task<Site> StartAsync(int scale, int standbys = 2, string? within = null)
    {
        var directory = within is null
            ? System.IO.Directory.CreateTempSubdirectory("cairn-og-").FullName
            : System.IO.Directory.CreateDirectory(Path.Combine(within, "site")).FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        var servers = new List<Server>();
        var cairn = new CairnSystem(Path.Combine(directory, "cairn"), Cluster, Engine)
        {
            CoordinatorLimits = ["heartbeat-seconds: 1", "owed-seconds: 1", "patience-seconds: 60", "call-seconds: 60"],
        };
        var site = new Site(directory, servers, cairn);
        try
        {
            await FillAsync(directory, servers, scale, standbys);
            await cairn.StartAsync([.. servers.Select((server, index) => Setup($"node-{index + 1}", server))], CancellationToken.None);
            await site.CaughtUpAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    private static async Task FillAsync(string directory, List<Server> servers, int scale, int standbys)
    {
        var primary = await Server.CreateAsync(Path.Combine(directory, "n1"));
        servers.Add(primary);
        await primary.StartAsync();
        await primary.AskAsync("CREATE DATABASE bank", "postgres");
        await primary.AskAsync($"CREATE TABLESPACE elsewhere LOCATION '{primary.Space}'");
        await Tool.RunAsync("pgbench", [.. primary.Client, "-i", "-q", "-s", $"{scale}", "bank"]);
        await primary.AskAsync("""
            CREATE TABLE marks (id serial PRIMARY KEY, said text) TABLESPACE elsewhere;
            CREATE INDEX marks_said ON marks (said) TABLESPACE elsewhere;
            INSERT INTO marks (said) SELECT md5(n::text) FROM generate_series(1, 20000) n;
            CREATE UNLOGGED TABLE scratch AS SELECT generate_series(1, 5000) n;
            CREATE EXTENSION amcheck;
            """);
        foreach (var name in Enumerable.Range(2, standbys).Select(number => $"n{number}"))
        {
            var standby = await Server.CopyAsync(primary, Path.Combine(directory, name), follows: true);
            servers.Add(standby);
            await standby.StartAsync();
        }
    }

    /// <summary>Returns when both standbys follow and have replayed everything.</summary>
    public Task CaughtUpAsync() => Eventually.HoldsAsync(
        "the standbys have caught up",
        async _ => await Primary.AskAsync("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_flush_lsn()") == $"{Servers.Count - 1}" ? null : "not yet",
        TimeSpan.FromSeconds(60),
        CancellationToken.None);

    /// <summary>Runs a command; its outcome is the caller's to judge.</summary>
    public Task<CliResult> CliAsync(params IEnumerable<string> arguments) => Cairn.CliAsync([.. arguments], CancellationToken.None);

    /// <summary>Makes a backup that must succeed, and returns its job.</summary>
    public async Task<JsonElement> BackupAsync(params IEnumerable<string> options)
    {
        var result = await CliAsync(["backup", "run", Cluster, .. options]);
        Assert.True(result.ExitCode == 0, $"{result}\n{Cairn.Output()}");
        return result.Last;
    }

    /// <summary>Makes a backup that must fail, and says why.</summary>
    public async Task<CliFailure> RefusedBackupAsync(params IEnumerable<string> options)
    {
        var result = await CliAsync(["backup", "run", Cluster, .. options]);
        Assert.True(result.ExitCode != 0, result.ToString());
        return result.Failure;
    }

    /// <summary>The point's summary.</summary>
    public async Task<JsonElement> PointAsync(string point) =>
        (await CliAsync("backup", "show", Cluster, point)).Done().Last.GetProperty("summary");

    /// <summary>Starts a job without waiting for it and returns its id.</summary>
    public async Task<string> BeginAsync(params IEnumerable<string> arguments) =>
        (await CliAsync([.. arguments, "--no-wait"])).Done().Last.GetProperty("jobId").GetString()!;

    /// <summary>The job as it ended.</summary>
    public async Task<JsonElement> EndOfAsync(string job)
    {
        await CliAsync("job", "wait", job);
        return (await CliAsync("job", "show", job)).Done().Last;
    }

    /// <summary>Keeps the primary busy until it is disposed.</summary>
    public Load StartLoad() => new(Primary);

    public async ValueTask DisposeAsync()
    {
        await Cairn.DisposeAsync();
        foreach (var server in Servers.Reverse())
        {
            await server.DisposeAsync();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static AgentSetup Setup(string node, Server server) => new(node, Engine, "", [server.Directory])
    {
        Limits = ["reconnect-max-ms: 500"],
        InstanceLines =
        [
            $"options: {{ data: {server.Data}, binaries: {Tool.Binaries} }}",
            "commands:",
            $"  start: [{string.Join(", ", Tool.AsUser("pg_ctl", "-D", server.Data, "-l", server.LogFile, "-w", "start"))}]",
            $"  stop: [{string.Join(", ", Tool.AsUser("pg_ctl", "-D", server.Data, "-m", "fast", "-w", "stop"))}]",
            "  limit-seconds: 60",
        ],
    };

    /// <summary>pgbench over the primary, which must not fail while it runs.</summary>
    public sealed class Load : IAsyncDisposable
    {
        private readonly Process process;

        internal Load(Server server) => process = Tool.Start("pgbench", [.. server.Client, "-n", "-c", "2", "-R", "60", "-T", "600", "bank"]);

        public async ValueTask DisposeAsync()
        {
            // Ends with its connections closed: what it committed stays committed.
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
