using Cairn.Files.Tests.Databases;

namespace Cairn.Files.Tests;

/// <summary>The second example of docs/engines/files.md: a database that writes a snapshot of itself by a command.</summary>
[Collection(FilesSite.OneAtATime)]
public sealed class EtcdTests
{
    [Fact]
    public async Task Etcd_is_backed_up_by_its_own_snapshot_lost_and_restored()
    {
        await using var site = FilesSite.Create();
        var snapshots = site.At("db", "node-1", "snapshot");
        Directory.CreateDirectory(snapshots);
        await using var etcd = new Etcd(site.At("etcd"), site.At("run"));
        await etcd.StartAsync();
        await etcd.CtlAsync("put", "colour", "blue");
        var start = site.Script(
            "etcd-from-snapshot",
            $"""
            set -e
            [ ! -e {etcd.DataDirectory} ] || mv {etcd.DataDirectory} {etcd.DataDirectory}.before
            etcdctl snapshot restore {snapshots}/snapshot.db --data-dir {etcd.DataDirectory} \
              --name n1 --initial-cluster n1={etcd.Peer} --initial-advertise-peer-urls {etcd.Peer}
            exec {string.Join(' ', etcd.Daemon.StartCommand)}
            """);
        await site.StartAsync(("node-1",
        [
            "options:",
            $"  roots: {{snapshot: {snapshots}}}",
            $"  before-capture: {Daemon.Yaml(etcd.Ctl("snapshot", "save", $"{snapshots}/snapshot.db"))}",
            $"  after-capture: [/bin/rm, -f, {snapshots}/snapshot.db]",
            $"  processes: ['etcd {etcd.DataDirectory}']",
            $"  ports: ['{new Uri(etcd.Client).Authority}']",
            "commands:",
            $"  stop: {Daemon.Yaml(etcd.Daemon.StopCommand)}",
            $"  start: [{start}]",
            $"  check: {Daemon.Yaml(etcd.Ctl("endpoint", "health"))}",
        ]));

        var first = await site.BackUpAsync("--full");
        Assert.Empty(Directory.GetFiles(snapshots));
        Assert.Empty(await site.CaveatsAsync(first));
        Assert.Contains(
            "between the before- and the after-capture commands",
            (await site.PointAsync(first)).GetProperty("consistency").GetString(),
            StringComparison.Ordinal);
        await etcd.CtlAsync("put", "colour", "green");
        var second = await site.BackUpAsync("--incremental");
        await site.DoneAsync("backup", "verify", FilesSite.Cluster, second);
        await etcd.CtlAsync("put", "colour", "red");

        await etcd.Daemon.KillAsync();
        Directory.Delete(etcd.DataDirectory, recursive: true);
        Directory.Delete(snapshots, recursive: true);
        await site.RestoreAsync(second, "--start");
        Assert.Equal("colour\ngreen", await etcd.CtlAsync("get", "colour"));

        await site.DoneAsync("restore", "discard", FilesSite.Cluster, "--yes");
        await site.RestoreAsync(first, "--stop", "--start");
        Assert.Equal("colour\nblue", await etcd.CtlAsync("get", "colour"));
    }
}
