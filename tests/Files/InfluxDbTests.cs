using System.Globalization;
using Cairn.Files.Tests.Databases;

namespace Cairn.Files.Tests;

/// <summary>The first example of docs/engines/files.md: a database that is copied as it runs, by patterns alone.</summary>
[Collection(FilesSite.OneAtATime)]
public sealed class InfluxDbTests
{
    [Fact]
    public async Task InfluxDB_is_backed_up_while_it_is_written_to_lost_and_restored()
    {
        await using var site = FilesSite.Create();
        var directory = site.At("db", "node-1");
        Directory.CreateDirectory(directory);
        await using var influx = new InfluxDb(directory, site.At("run"));
        await influx.StartAsync();
        await influx.CreateAsync();
        await influx.WriteAsync(0, 1000);
        await TestKit.Eventually.HoldsAsync("a sorted table is written", () => Tables(directory) > 0, TimeSpan.FromSeconds(60), CancellationToken.None);
        await site.StartAsync(("node-1",
        [
            "options:",
            $"  roots: {{wal: {directory}/wal, data: {directory}/data, meta: {directory}/meta}}",
            "  immutable: ['data/**/*.tsm']",
            "  exclude: ['**/*.tmp']",
            "  changing: accept",
            $"  processes: ['{influx.Sign}']",
            string.Create(CultureInfo.InvariantCulture, $"  ports: ['127.0.0.1:{influx.Port}']"),
            "commands:",
            $"  stop: {Daemon.Yaml(influx.Daemon.StopCommand)}",
            $"  start: {Daemon.Yaml(influx.Daemon.StartCommand)}",
            $"  check: {Daemon.Yaml(influx.CheckCommand)}",
        ]));

        var quiet = await site.BackUpAsync("--full");
        await influx.WriteAsync(1000, 500);
        var (busy, during) = await WriteWhileAsync(influx, from: 1500, () => site.BackUpAsync("--incremental"));
        await site.DoneAsync("backup", "verify", FilesSite.Cluster, busy);

        var refused = await site.CliAsync("restore", "run", FilesSite.Cluster, busy, "--yes", "--accept-caveat", "no-capture-command", "--accept-caveat", "files-changed");
        Assert.Equal((3, "INSTANCE_RUNNING"), (refused.ExitCode, refused.Failure.Code));
        Assert.Contains($"process {influx.Daemon.ProcessId} (influxd)", refused.Failure.Message, StringComparison.Ordinal);

        await influx.Daemon.KillAsync();
        foreach (var root in Directory.GetDirectories(directory).Where(root => !root.EndsWith("/.cairn", StringComparison.Ordinal)))
        {
            Directory.Delete(root, recursive: true);
        }

        await site.RestoreAsync(busy, "--start");
        var (count, sum) = await influx.QueryAsync();
        Assert.InRange(count, 1500, 1500 + during);
        Assert.Equal(count * (count - 1) / 2, sum);

        // The earlier point over the running database, and back again.
        await site.DoneAsync("restore", "discard", FilesSite.Cluster, "--yes");
        await site.RestoreAsync(quiet, "--stop", "--start");
        Assert.Equal((1000, 499_500), await influx.QueryAsync());
        await influx.Daemon.StopAsync();
        await site.DoneAsync("restore", "undo", FilesSite.Cluster, "--yes");
        await influx.StartAsync();
        Assert.Equal((count, sum), await influx.QueryAsync());
        await site.DoneAsync("restore", "discard", FilesSite.Cluster, "--yes");
        Assert.Empty(site.Leftovers());
    }

    // Returns the point, and how many points were written at most while it was made.
    private static async Task<(string Point, int Written)> WriteWhileAsync(InfluxDb influx, int from, Func<Task<string>> backUp)
    {
        using var ended = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var written = 0;
            while (!ended.IsCancellationRequested)
            {
                await influx.WriteAsync(from + written, 10);
                written += 10;
            }

            return written;
        });
        var point = await backUp();
        await ended.CancelAsync();
        return (point, await writing);
    }

    private static int Tables(string directory) => Directory.Exists($"{directory}/data/metrics")
        ? Directory.GetFiles($"{directory}/data/metrics", "*.tsm", SearchOption.AllDirectories).Length
        : 0;
}
