using System.Globalization;
using System.Text.Json;
using Cairn.OpenGauss.Servers;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.Bench.OpenGauss;

/// <summary>
/// Full, incremental and restore of a server that runs, by Cairn's own programs (coordinator, agent, command line) and by pgBackRest, in the same
/// rounds; pg_basebackup and cp beside them.
/// </summary>
internal sealed class OpenGaussBench(BenchOptions options) : IDisposable
{
    private const string Cluster = "bench";
    private const string Node = "node-1";
    private const int MiBPerScale = 15;
    private const int NoiseRowBytes = 1000;
    private const int AccountsPerPage = 61;
    private const int NoisePerPage = 7;

    /// <summary>Transactions are timed in so many rounds; each costs twice the time of both sides.</summary>
    private const int LoadedRounds = 3;

    private readonly string root = Path.Combine(options.Directory, $"cairn-bench-{Environment.ProcessId}");
    private readonly StepReport report = new();
    private Server server = null!;
    private PgBackRest peer = null!;
    private CairnSystem cairn = null!;
    private Daemons daemons = null!;
    private string lastPoint = "";
    private TimeSpan slowest;

    /// <summary>What pgbench met during backups.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>The peer and what it can do.</summary>
    public string PeerVersion => $"pgBackRest: {peer.Version}";

    private string LatencyDirectory => Path.Combine(server.Directory, "latencies");

    private string Said => Path.Combine(root, "said.json");

    // Where what a step made goes: ext4 passes by the places of files that were removed in the last minutes, one by one, so that whoever makes files behind
    // someone who removed some pays for it.
    private string Aside => Path.Combine(root, "aside");

    private string Repository => cairn.RepositoryOf(Node);

    private IReadOnlyList<int> Workers => [cairn.Agent(Node).Id, cairn.Coordinator.Id];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(root))
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Runs all rounds.</summary>
    public async Task<StepReport> RunAsync(CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        Directory.CreateDirectory(Aside);
        try
        {
            await SetUpAsync(cancellationToken);
            report.Rounds = await RoundBudget.RunAsync(options.Rounds, options.Budget, begun, round => RunRoundAsync(round, cancellationToken));
            return report;
        }
        finally
        {
            await (cairn?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (server?.DisposeAsync() ?? ValueTask.CompletedTask);
            Dispose();
        }
    }

    private async Task SetUpAsync(CancellationToken cancellationToken)
    {
        server = await Server.CreateAsync(
            Path.Combine(root, "server"),
            "fsync = on", "shared_buffers = 256MB", "max_wal_size = 2GB", "wal_keep_size = 0", "checkpoint_timeout = 30min", "archive_mode = on");
        daemons = new Daemons(server.Data);
        await ShellCommand.RunAsync($"mkdir '{LatencyDirectory}' && chown {Tool.User} '{LatencyDirectory}'", cancellationToken);
        peer = new PgBackRest(root, server);
        await peer.ConfigureAsync(cancellationToken);
        await File.AppendAllLinesAsync(Path.Combine(server.Data, "postgresql.conf"), [$"archive_command = '{peer.ArchiveCommand}'"], cancellationToken);
        await server.StartAsync();
        await peer.CreateAsync();
        await server.AskAsync("CREATE DATABASE bank", "postgres");
        await Tool.RunAsync(
            "pgbench", [.. server.Client, "-i", "-q", "-s", Math.Max(1, options.DataMiB * 2 / 3 / MiBPerScale).ToString(CultureInfo.InvariantCulture), "bank"]);

        // A third of the data does not shrink.
        await server.AskAsync("CREATE EXTENSION pgcrypto");
        await server.AskAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE TABLE noise AS SELECT n AS id, 0 AS touched, gen_random_bytes({NoiseRowBytes}) AS bytes FROM generate_series(1, {options.DataMiB * 1024 / 3}) n"));
        await server.AskAsync("VACUUM ANALYZE");
        await server.AskAsync("CHECKPOINT");
        cairn = new CairnSystem(Path.Combine(root, "cairn"), Cluster, "opengauss");
        await cairn.StartAsync(
            [
                new AgentSetup(Node, "opengauss", "", [server.Directory])
                {
                    InstanceLines = [$"options: {{ data: {server.Data}, binaries: {Tool.Binaries} }}"],
                },
            ],
            cancellationToken);
    }

    private async Task RunRoundAsync(int round, CancellationToken cancellationToken)
    {
        // Who goes first changes from round to round; all find what they read in the page cache and nothing waiting to be written.
        var data = $"'{server.Data}/base'";
        await InTurnsAsync(
            round,
            data,
            cancellationToken,
            () => CairnBackupAsync("full", cancellationToken),
            () => PeerBackupAsync("full", cancellationToken),
            () => BaseBackupAsync(cancellationToken),
            () => CopyAsync(cancellationToken));
        await TouchOnePercentAsync(round);
        await InTurnsAsync(
            round, data, cancellationToken, () => CairnBackupAsync("incremental", cancellationToken), () => PeerBackupAsync("incremental", cancellationToken));
        var point = lastPoint;
        if (round < LoadedRounds)
        {
            var span = TimeSpan.FromSeconds(3) + (2 * slowest);
            await InTurnsAsync(
                round,
                data,
                cancellationToken,
                () => Latencies.MeasureAsync("full", server, LatencyDirectory, span, async () => (await cairn.CliAsync(["backup", "run", Cluster, "--full"], cancellationToken)).Done()),
                () => Latencies.MeasureAsync("pgbackrest_full", server, LatencyDirectory, span, () => ShellCommand.RunAsync(peer.Backup("full"), cancellationToken)));
        }

        await server.StopAsync();
        await InTurnsAsync(
            round,
            $"'{Repository}' '{peer.Repository}'",
            cancellationToken,
            () => CairnRestoreAsync(point, check: round == 0, cancellationToken),
            () => PeerRestoreAsync(cancellationToken));
        await server.StartAsync();
    }

    private async Task InTurnsAsync(int round, string read, CancellationToken cancellationToken, params Func<Task>[] turns)
    {
        foreach (var turn in Enumerable.Range(round, turns.Length).Select(i => turns[i % turns.Length]))
        {
            await ShellCommand.RunAsync($"find {read} -type f -exec cat {{}} + > /dev/null; sync -f '{root}'", cancellationToken);
            await turn();
        }
    }

    private async Task CairnBackupAsync(string kind, CancellationToken cancellationToken)
    {
        var before = Output.BytesOf(Repository);
        await TimeAsync(kind, $"{Cli($"backup run {Cluster} --{kind}")} && sync -f '{Repository}'", Workers, cancellationToken);
        report.AddBytes(kind, Output.BytesOf(Repository) - before);
        lastPoint = JsonDocument.Parse((await File.ReadAllLinesAsync(Said, cancellationToken))[^1]).RootElement.GetProperty("pointId").GetString()!;
    }

    private async Task PeerBackupAsync(string kind, CancellationToken cancellationToken)
    {
        var before = peer.StoredBytes;
        var measured = await TimeAsync($"pgbackrest_{kind}", peer.Backup(kind == "full" ? "full" : "incr"), workers: [], cancellationToken);
        slowest = measured.Wall > slowest ? measured.Wall : slowest;
        report.AddBytes($"pgbackrest_{kind}", peer.StoredBytes - before);
    }

    private async Task BaseBackupAsync(CancellationToken cancellationToken)
    {
        var target = Path.Combine(server.Directory, "base-backup");
        var words = string.Join(' ', Tool.AsUser("pg_basebackup", [.. server.Client, "-D", target, "-c", "fast", "-X", "stream"]));
        await TimeAsync("pg_basebackup", $"{words} && sync -f '{target}'", workers: [], cancellationToken);
        report.AddBytes("pg_basebackup", Output.BytesOf(target));
        PutAside(target);
    }

    // No backup of a server that runs: what the same bytes cost at the least.
    private async Task CopyAsync(CancellationToken cancellationToken)
    {
        var target = Path.Combine(root, "copied");
        await TimeAsync("cp", $"cp -a '{server.Data}' '{target}' && sync -f '{target}'", workers: [], cancellationToken);
        PutAside(target);
    }

    // One row of every hundredth page; another page in each round.
    private async Task TouchOnePercentAsync(int round)
    {
        await server.AskAsync($"UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid % {100 * AccountsPerPage} = {round * AccountsPerPage}");
        await server.AskAsync($"UPDATE noise SET touched = touched + 1 WHERE id % {100 * NoisePerPage} = {round * NoisePerPage}");
    }

    private async Task CairnRestoreAsync(string point, bool check, CancellationToken cancellationToken)
    {
        await TimeAsync(
            "restore", $"{Cli($"restore run {Cluster} {point} --yes --parameter archive=off")} && sync -f '{server.Data}'", Workers, cancellationToken);
        if (check)
        {
            await server.StartAsync();
            await Eventually.HoldsAsync(
                "the restored server has recovered",
                async _ => await server.AskAsync("SELECT pg_is_in_recovery()") is "f" ? null : "it recovers",
                TimeSpan.FromMinutes(2),
                cancellationToken);
            var rows = await server.AskAsync("SELECT count(*) FROM noise WHERE touched = 1");
            await server.StopAsync();
            if (rows == "0")
            {
                throw new InvalidOperationException("what was restored is not what was backed up last");
            }
        }

        // The original comes back, with the history that both sides know. The undo removes what was restored: other names keep the inodes, see Output.Discard.
        await ShellCommand.RunAsync($"cp -al '{server.Data}' '{Path.Combine(Aside, Guid.NewGuid().ToString("N"))}'", cancellationToken);
        (await cairn.CliAsync(["restore", "undo", Cluster, "--yes"], cancellationToken)).Done();
    }

    private async Task PeerRestoreAsync(CancellationToken cancellationToken)
    {
        var aside = server.Data + "-aside";
        await ShellCommand.RunAsync($"mv '{server.Data}' '{aside}' && mkdir -m 700 '{server.Data}' && chown {Tool.User} '{server.Data}'", cancellationToken);
        await TimeAsync("pgbackrest_restore", peer.Restore(), workers: [], cancellationToken);
        PutAside(server.Data);
        Directory.Move(aside, server.Data);
    }

    private void PutAside(string directory) => Directory.Move(directory, Path.Combine(Aside, Guid.NewGuid().ToString("N")));

    private string Cli(string words) => $"'{Checkout.Program("src/Cli", "cairn")}' {words} --credentials '{cairn.Credentials}' -o json > '{Said}'";

    private async Task<Measured> TimeAsync(string step, string command, IReadOnlyList<int> workers, CancellationToken cancellationToken)
    {
        var measured = await daemons.RunAsync(command, workers, cancellationToken);
        report.Add(step, measured);
        return measured;
    }
}
