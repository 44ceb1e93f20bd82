using System.Globalization;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Live;

/// <summary>
/// A real openGemini cluster of three nodes on 127.0.0.1 to 3, begun with empty directories from a configuration of the
/// fixtures, and Cairn beside it. The programs come from the directory that <c>OPENGEMINI_BIN</c> names.
/// </summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    public const string Name = "live";
    private const string BinVariable = "OPENGEMINI_BIN";
    private const string Engine = "opengemini";
    private const int NodeCount = 3;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private readonly string root;
    private readonly string kind;
    private readonly FileStream addresses;
    private readonly IReadOnlyList<string> configs;

    private LiveCluster(string root, string kind, FileStream addresses)
    {
        this.root = root;
        this.kind = kind;
        this.addresses = addresses;
        configs = [.. Enumerable.Range(1, NodeCount).Select(node => Fixtures.Configuration($"{kind}-{node}", root))];
        foreach (var node in Enumerable.Range(1, NodeCount))
        {
            foreach (var part in (string[])["data", "wal", "meta", "logs"])
            {
                Directory.CreateDirectory(Path.Combine(NodeDirectory(node), part));
            }
        }

        Database = new OpenGeminiCluster(Bin(), configs, Path.Combine(root, "run"), OpenGeminiCluster.ClusterRoles);
        Cairn = new CairnSystem(Path.Combine(root, "cairn"), Name, Engine);
    }

    public OpenGeminiCluster Database { get; }

    public CairnSystem Cairn { get; }

    public OpenGeminiClient Client { get; } = new();

    /// <summary>The addresses of the ts-sql.</summary>
    public static IReadOnlyList<string> Hosts { get; } = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

    /// <summary>Starts the database of a kind (<c>cluster</c> or <c>replica</c>) and Cairn.</summary>
    /// <exception cref="InvalidOperationException">The variable is not set, or a program is not where it says.</exception>
    public static async Task<LiveCluster> StartAsync(string kind)
    {
        _ = Bin();
        var addresses = await TakeAddressesAsync();
        var live = new LiveCluster(Directory.CreateTempSubdirectory("cairn-live-").FullName, kind, addresses);
        try
        {
            await live.StartDatabaseAsync();
            await live.Cairn.StartAsync(
                [
                    .. Enumerable.Range(1, NodeCount).Select(node => new AgentSetup(
                        NameOf(node), Engine, live.configs[node - 1], [live.NodeDirectory(node)])),
                ],
                CancellationToken.None);
            return live;
        }
        catch
        {
            await live.DisposeAsync();
            throw;
        }
    }

    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node}");

    /// <summary>Starts what does not run, and waits until a meta leads, every store is alive, and a question is answered.</summary>
    public async Task StartDatabaseAsync()
    {
        await Database.StartAllAsync(StartTimeout, CancellationToken.None);
        await Eventually.HoldsAsync("every member is alive", MembersAsync, StartTimeout, CancellationToken.None);
    }

    /// <summary>Runs a statement that must succeed.</summary>
    public async Task ExecuteAsync(string statement)
    {
        using var answer = await Client.QueryAsync(Hosts[0], statement, "", CancellationToken.None);
        Assert.False(answer.RootElement.GetRawText().Contains("\"error\"", StringComparison.Ordinal), answer.RootElement.GetRawText());
    }

    /// <summary>
    /// The rows of a measurement once they stay the same: fresh points become visible about a second after the write, and
    /// what a start replays is queryable only after a while.
    /// </summary>
    public async Task<HashSet<string>> SettledRowsAsync(string database, string measurement)
    {
        var last = new HashSet<string>();
        var stable = 0;
        await Eventually.HoldsAsync(
            $"the rows of {measurement} stay the same",
            async token =>
            {
                var now = await RowsOrNoneAsync(database, measurement, token);
                stable = now.Count > 0 && now.SetEquals(last) ? stable + 1 : 0;
                last = now;
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, token);
                return stable >= 3 ? null : $"{now.Count} rows";
            },
            TimeSpan.FromMinutes(2),
            CancellationToken.None);
        return last;
    }

    /// <summary>Leaves only one node's store alive, so that every question is answered from its copies.</summary>
    public async Task KillOtherStoresAsync(int node)
    {
        foreach (var other in Enumerable.Range(1, NodeCount).Where(other => other != node))
        {
            await Database.KillAsync("ts-store", other);
        }
    }

    /// <summary>Loses data, WAL and META of every node; the database must not run.</summary>
    public void Wipe()
    {
        foreach (var node in Enumerable.Range(1, NodeCount))
        {
            Directory.Delete(Path.Combine(NodeDirectory(node), "data", "data"), recursive: true);
            Directory.Delete(Path.Combine(NodeDirectory(node), "wal", "wal"), recursive: true);
            Directory.Delete(Path.Combine(NodeDirectory(node), "meta"), recursive: true);
        }
    }

    /// <summary>Runs a command of Cairn that must succeed.</summary>
    public async Task<CliResult> CairnAsync(params string[] arguments)
    {
        var result = await Cairn.CliAsync(arguments, CancellationToken.None);
        Assert.True(result.ExitCode == 0, $"{result}\n{Cairn.Output()}");
        return result;
    }

    /// <summary>Restores the latest point and accepts by name what it does not promise.</summary>
    public async Task RestoreLatestAsync()
    {
        var point = (await CairnAsync("backup", "show", Name, "latest")).Last.GetProperty("summary");
        var accepted = point.GetProperty("caveats").EnumerateArray()
            .SelectMany(caveat => (string[])["--accept-caveat", caveat.GetProperty("name").GetString()!]);
        await CairnAsync(["restore", "run", Name, "latest", "--yes", .. accepted]);
    }

    /// <summary>
    /// What the stores said about their Raft logs at the last start: <c>newRaft … commit: N … lastindex: M</c>, by file. The
    /// real one writes <c>store_raft.log</c> in its log directory, the double writes to its output.
    /// </summary>
    public IReadOnlyList<(string Where, long Commit, long Last)> RaftStarts()
    {
        var said = new List<(string, long, long)>();
        foreach (var node in Enumerable.Range(1, NodeCount))
        {
            var lines = Directory.EnumerateFiles(Path.Combine(NodeDirectory(node), "logs"), "store_raft*.log", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines).Concat(Database["ts-store", node].Output.Split('\n')).ToList();
            foreach (var line in lines.Where(line => line.Contains("newRaft", StringComparison.Ordinal)))
            {
                if (Number(line, "commit") is { } commit && Number(line, "lastindex") is { } last)
                {
                    said.Add(($"{NameOf(node)}: {line}", commit, last));
                }
            }
        }

        return said;
    }

    public async ValueTask DisposeAsync()
    {
        await Cairn.DisposeAsync();
        await Database.DisposeAsync();
        Client.Dispose();
        await addresses.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    private static string Bin()
    {
        var directory = Environment.GetEnvironmentVariable(BinVariable);
        if (string.IsNullOrEmpty(directory))
        {
            throw new InvalidOperationException(
                $"{BinVariable} is not set: this suite needs a directory with {string.Join(", ", OpenGeminiDouble.ProgramNames)}");
        }

        var missing = OpenGeminiCluster.ClusterRoles.Where(name => !File.Exists(Path.Combine(directory, name))).ToList();
        return missing.Count == 0
            ? directory
            : throw new InvalidOperationException($"{BinVariable}={directory} lacks {string.Join(", ", missing)}");
    }

    /// <summary>The machine's lock on 127.0.0.1 to 3, which the integration suite takes too.</summary>
    private static async Task<FileStream> TakeAddressesAsync()
    {
        FileStream? file = null;
        await Eventually.HoldsAsync(
            "no other run uses the fixed addresses",
            () =>
            {
                try
                {
                    file = new FileStream(
                        Path.Combine(Path.GetTempPath(), "cairn-fixed-addresses.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            TimeSpan.FromMinutes(10),
            CancellationToken.None);
        return file!;
    }

    private static long? Number(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var digits = new string([.. line[(at + name.Length)..].SkipWhile(letter => !char.IsAsciiDigit(letter)).TakeWhile(char.IsAsciiDigit)]);
        return digits.Length == 0 ? null : long.Parse(digits, CultureInfo.InvariantCulture);
    }

    private async Task<HashSet<string>> RowsOrNoneAsync(string database, string measurement, CancellationToken cancellationToken)
    {
        try
        {
            return await Client.RowsAsync(Hosts[0], database, measurement, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // While masters move, a question is answered with an error for some seconds.
            return [];
        }
    }

    private async Task<string?> MembersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.QueryAsync(Hosts[0], "SHOW CLUSTER", "", cancellationToken);
            var result = answer.RootElement.GetProperty("results")[0];
            if (!result.TryGetProperty("series", out var series))
            {
                return answer.RootElement.GetRawText();
            }

            var alive = series[0].GetProperty("values").EnumerateArray()
                .Count(row => row[4].GetString() == "data" && row[1].GetString() == "alive");
            return alive == NodeCount ? null : answer.RootElement.GetRawText();
        }
        catch (HttpRequestException failure)
        {
            return failure.Message;
        }
    }

    private string NodeDirectory(int node) => Path.Combine(root, kind, string.Create(CultureInfo.InvariantCulture, $"node{node}"));
}
