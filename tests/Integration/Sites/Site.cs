using System.Globalization;
using System.Text.Json;
using Cairn.Shared.Security;
using Cairn.Shared.Security.Tls;
using Cairn.TestKit.Processes;
using Cairn.V1;
using Grpc.Net.Client;

namespace Cairn.Integration.Sites;

/// <summary>
/// A whole site on loopback: a database cluster on a fixture's files, a coordinator, an agent per node, and the command line.
/// Nodes are called <c>node-1</c> and so on; the cluster is called <c>site</c>.
/// </summary>
public sealed class Site : IAsyncDisposable
{
    public const string Cluster = "site";
    private const string Engine = "opengemini";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private readonly Lazy<GrpcChannel> channel;

    private Site(DatabaseFiles files, CairnSystem cairn)
    {
        Files = files;
        Cairn = cairn;
        Database = files.Processes();
        channel = new Lazy<GrpcChannel>(() => Connect(cairn, CredentialFile.Read(cairn.Credentials)));
    }

    public DatabaseFiles Files { get; }

    public CairnSystem Cairn { get; }

    public OpenGeminiCluster Database { get; }

    public OpenGeminiClient Client { get; } = new();

    /// <summary>As the coordinator's first admin; when the coordinator has been started.</summary>
    public Coordinator.CoordinatorClient Coordinator => new(channel.Value);

    /// <summary>Asks the coordinator something as the agent of a node, with the certificate that it has enrolled for.</summary>
    public async Task<T> AsAgentAsync<T>(int node, Func<Coordinator.CoordinatorClient, Task<T>> ask)
    {
        var identity = Path.Combine(Cairn.StateOf(Name(node)), "identity", "agent.pem");
        var credential = CredentialFile.Read(Cairn.Credentials);
        credential.Token = "";
        credential.Certificate = identity;
        credential.Key = identity;
        using var own = Connect(Cairn, credential);
        return await ask(new Coordinator.CoordinatorClient(own));
    }

    /// <summary>All nodes' names.</summary>
    public IReadOnlyList<string> Nodes => [.. Enumerable.Range(1, Files.Nodes).Select(Name)];

    public static string Name(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node}");

    /// <summary>Unpacks a fixture and starts Cairn over it; the database does not run yet.</summary>
    /// <param name="kind">The fixture.</param>
    /// <param name="directory">Where everything goes.</param>
    /// <param name="change">What is particular about this site's agents.</param>
    /// <param name="settleMs">How long the database is given between its logs and its data; only a load needs the real time.</param>
    public static async Task<Site> CreateAsync(
        string kind, string directory, Func<AgentSetup, AgentSetup>? change = null, int settleMs = 100)
    {
        var files = DatabaseFiles.Unpack(kind, Path.Combine(directory, "database"));
        var cairn = new CairnSystem(Path.Combine(directory, "cairn"), Cluster, Engine)
        {
            CoordinatorLimits = ["heartbeat-seconds: 1", "owed-seconds: 1", "patience-seconds: 60", "resume-seconds: 0"],
        };
        var site = new Site(files, cairn);
        var agents = Enumerable.Range(1, files.Nodes)
            .Select(node => new AgentSetup(Name(node), Engine, files.Configs[node - 1], [files.NodeDirectory(node)])
            {
                Limits = [string.Create(CultureInfo.InvariantCulture, $"settle-ms: {settleMs}"), "reconnect-max-ms: 500"],
            })
            .Select(setup => change?.Invoke(setup) ?? setup).ToList();
        try
        {
            await cairn.StartAsync(agents, CancellationToken.None);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the database has been started.</summary>
    public bool DatabaseRuns { get; private set; }

    /// <summary>Starts an agent again with something changed.</summary>
    public async Task RestartAgentAsync(string node, Func<AgentSetup, AgentSetup> change)
    {
        await Cairn.KillAgentAsync(node);
        Cairn.Configure(node, change);
        await Cairn.StartAgentAsync(node, CancellationToken.None);
        await Cairn.WaitForAgentsAsync(CancellationToken.None);
    }

    public Task StartDatabaseAsync()
    {
        DatabaseRuns = true;
        return Database.StartAllAsync(StartTimeout, CancellationToken.None);
    }

    /// <summary>Runs a command; its outcome is the caller's to judge.</summary>
    public Task<CliResult> CliAsync(params string[] arguments) => Cairn.CliAsync(arguments, CancellationToken.None);

    /// <summary>Makes a backup that must succeed, and returns its job.</summary>
    public async Task<JsonElement> BackupAsync(params string[] options)
    {
        var result = await CliAsync(["backup", "run", Cluster, .. options]);
        Assert.True(result.ExitCode == 0, $"{result}\n{Output()}");
        return result.Last;
    }

    /// <summary>The point's summary from the list.</summary>
    public async Task<JsonElement> PointAsync(string point) =>
        (await CliAsync("backup", "show", Cluster, point)).Done().Last.GetProperty("summary");

    /// <summary>Restores a point, accepting by name whatever it says that it does not promise.</summary>
    public async Task<CliResult> RestoreAsync(string point) =>
        await CliAsync(["restore", "run", Cluster, point, "--yes", .. await AcceptedAsync(point)]);

    /// <summary>The options that accept a point's caveats.</summary>
    public async Task<IEnumerable<string>> AcceptedAsync(string point) => (await PointAsync(point)).GetProperty("caveats").EnumerateArray()
        .SelectMany(caveat => (string[])["--accept-caveat", caveat.GetProperty("name").GetString()!]);

    /// <summary>Starts a job without waiting for it and returns its id.</summary>
    public async Task<string> BeginAsync(params string[] arguments) =>
        (await CliAsync([.. arguments, "--no-wait"])).Done().Last.GetProperty("jobId").GetString()!;

    /// <summary>Follows a job until a state of it satisfies; the job may end without.</summary>
    /// <exception cref="TimeoutException">Neither happened in time.</exception>
    public async Task<Job> WatchAsync(string job, Func<Job, bool> until, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        using var watch = Coordinator.WatchJob(new WatchJobRequest { JobId = job }, cancellationToken: deadline.Token);
        var last = new Job();
        while (await watch.ResponseStream.MoveNext(deadline.Token))
        {
            last = watch.ResponseStream.Current;
            if (until(last) || HasEnded(last))
            {
                return last;
            }
        }

        return last;
    }

    /// <summary>Waits until a job has ended, also through restarts of the coordinator.</summary>
    public async Task<Job> EndOfAsync(string job)
    {
        Job? ended = null;
        await TestKit.Eventually.HoldsAsync(
            $"the end of job {job}",
            async token =>
            {
                try
                {
                    var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(15);
                    ended = await Coordinator.GetJobAsync(new GetJobRequest { JobId = job }, deadline: deadline, cancellationToken: token);
                    return HasEnded(ended) ? null : ended.ToString();
                }
                catch (Grpc.Core.RpcException failure)
                    when (failure.StatusCode is Grpc.Core.StatusCode.Unavailable or Grpc.Core.StatusCode.DeadlineExceeded)
                {
                    return failure.Message;
                }
            },
            TimeSpan.FromMinutes(2),
            CancellationToken.None);
        return ended!;
    }

    public static bool HasEnded(Job job) => job.State is JobState.Succeeded or JobState.Failed or JobState.Partial;

    /// <summary>Everything below the database's directories that belongs to Cairn: when all is over none of it may stay.</summary>
    public IReadOnlyList<string> Leftovers() =>
    [
        .. Enumerable.Range(1, Files.Nodes).SelectMany(node => Directory.EnumerateFileSystemEntries(
            Files.NodeDirectory(node), "*", SearchOption.AllDirectories))
            .Where(path => path.Contains("/.cairn", StringComparison.Ordinal)),
    ];

    /// <summary>What the daemons wrote, for a failure's message.</summary>
    public string Output() => Cairn.Output();

    public async ValueTask DisposeAsync()
    {
        await Cairn.DisposeAsync();
        await Database.DisposeAsync();
        if (channel.IsValueCreated)
        {
            channel.Value.Dispose();
        }

        Client.Dispose();
    }

    private static GrpcChannel Connect(CairnSystem cairn, CredentialOptions credential) => GrpcChannel.ForAddress(
        cairn.Url,
        CredentialTransport.ChannelOptions(
            credential,
            () => new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false },
            TimeProvider.System));
}
