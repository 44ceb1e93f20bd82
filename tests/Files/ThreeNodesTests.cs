using System.Globalization;
using Cairn.TestKit.Trees;

namespace Cairn.Files.Tests;

/// <summary>A cluster of three nodes whose cut is made by commands: what each does is seen in a log that all three write.</summary>
[Collection(FilesSite.OneAtATime)]
public sealed class ThreeNodesTests : IAsyncLifetime
{
    private static readonly string[] Nodes = ["node-1", "node-2", "node-3"];
    private readonly FilesSite site = FilesSite.Create();

    public async Task InitializeAsync()
    {
        var before = site.Script(
            "before",
            $"""
            [ ! -e "{site.At("fails-on-")}$1" ] || exit 7
            echo "before $1" >> {site.At("log")}
            echo "as of $(wc -l < {site.At("log")})" > {site.At("db")}/$1/data/mark
            [ ! -e "{site.At("hangs-on-")}$1" ] || exec sleep 600
            """);
        var after = site.Script("after", $"echo \"after $1\" >> {site.At("log")}; rm -f {site.At("db")}/$1/data/mark");
        foreach (var node in Nodes)
        {
            Write(node, "data/tables/1.sst", new string('1', 200_000));
            Write(node, "data/state", $"state of {node}");
            Write(node, "wal/0.log", "log");
            Directory.CreateDirectory(site.At("db", node, "data", "empty"));
        }

        await site.StartAsync([.. Nodes.Select(node => (node, (string[])
        [
            "options:",
            $"  roots: {{wal: {site.At("db", node, "wal")}, data: {site.At("db", node, "data")}}}",
            "  immutable: ['**/*.sst']",
            $"  before-capture: [{before}, {node}]",
            $"  after-capture: [{after}, {node}]",
            "commands: {limit-seconds: 5}",
        ]))]);
    }

    public Task DisposeAsync() => site.DisposeAsync().AsTask();

    [Fact]
    public async Task Full_incremental_verify_restore_undo_and_discard()
    {
        var first = await site.BackUpAsync("--full");
        var log = await File.ReadAllLinesAsync(site.At("log"));
        Assert.Equal(Nodes.Select(node => $"before {node}"), log.Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(Nodes.Select(node => $"after {node}"), log.Skip(3).Order(StringComparer.Ordinal));
        var saved = Images();
        foreach (var node in Nodes)
        {
            Write(node, "data/tables/2.sst", new string('2', 200_000));
            Write(node, "data/state", $"second state of {node}");
            File.Delete(site.At("db", node, "wal", "0.log"));
        }

        var second = await site.BackUpAsync("--incremental");
        await site.DoneAsync("backup", "verify", FilesSite.Cluster, second);
        var later = Images();
        var spoiled = Spoil();

        await site.RestoreAsync(second);
        AssertSame(later, "as of");
        await site.DoneAsync("restore", "undo", FilesSite.Cluster, "--yes");
        Assert.Equal(spoiled, Images());
        await site.DoneAsync("restore", "discard", FilesSite.Cluster, "--yes");
        await site.RestoreAsync(first);
        AssertSame(saved, "as of");
        await site.DoneAsync("restore", "discard", FilesSite.Cluster, "--yes");

        Assert.Empty(site.Leftovers());
    }

    [Fact]
    public async Task A_command_that_fails_or_hangs_on_one_node_ends_the_backup_and_every_node_that_began_is_released()
    {
        File.Create(site.At("fails-on-node-2")).Dispose();
        var failed = await site.CliAsync("backup", "run", FilesSite.Cluster);
        File.Delete(site.At("fails-on-node-2"));
        Assert.Equal((1, "COMMAND_FAILED", "node-2"), (failed.ExitCode, failed.Failure.Code, failed.Failure.Node));
        Assert.Contains("ended with 7", failed.Failure.Message, StringComparison.Ordinal);
        await ReleasedAsync("node-1", "node-2", "node-3");

        File.Delete(site.At("log"));
        File.Create(site.At("hangs-on-node-3")).Dispose();
        var hung = await site.CliAsync("backup", "run", FilesSite.Cluster);
        File.Delete(site.At("hangs-on-node-3"));
        Assert.Equal("COMMAND_FAILED", hung.Failure.Code);
        Assert.Contains("did not end within 5 s and was killed", hung.Failure.Message, StringComparison.Ordinal);
        await ReleasedAsync("node-1", "node-2", "node-3");

        Assert.Equal(0, (await site.DoneAsync("backup", "list", FilesSite.Cluster)).GetProperty("points").GetArrayLength());
        await site.BackUpAsync("--full");
    }

    [Fact]
    public async Task An_agent_that_dies_between_the_commands_runs_the_second_one_when_it_is_back()
    {
        File.Create(site.At("hangs-on-node-1")).Dispose();
        var running = site.CliAsync("backup", "run", FilesSite.Cluster);
        await TestKit.Eventually.HoldsAsync(
            "the command runs on node-1", () => Log().Contains("before node-1"), TimeSpan.FromSeconds(60), CancellationToken.None);
        await site.KillAgentAsync("node-1", () => Task.CompletedTask);
        File.Delete(site.At("hangs-on-node-1"));

        var failed = await running;
        await ReleasedAsync("node-1", "node-2", "node-3");

        Assert.NotEqual(0, failed.ExitCode);
        await site.BackUpAsync("--full");
    }

    private Task ReleasedAsync(params string[] nodes) => TestKit.Eventually.HoldsAsync(
        "the command after the capture has run on every node",
        _ => Task.FromResult(nodes.All(node => Log().Contains($"after {node}")) && site.Leftovers().Count == 0
            ? null
            : string.Join('\n', Log().Concat(site.Leftovers()))),
        TimeSpan.FromSeconds(60),
        CancellationToken.None);

    private string[] Log() => File.Exists(site.At("log")) ? File.ReadAllLines(site.At("log")) : [];

    private void Write(string node, string relative, string content)
    {
        var path = site.At("db", node, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new StreamWriter(path);
        writer.Write(content);
    }

    private List<TreeImage> Images() => [.. Nodes.SelectMany(node => new[] { TreeImage.Of(site.At("db", node, "wal")), TreeImage.Of(site.At("db", node, "data")) })];

    // The restored trees have the mark that the command made, which the live ones lost again.
    private void AssertSame(List<TreeImage> expected, string mark)
    {
        foreach (var node in Nodes)
        {
            var path = site.At("db", node, "data", "mark");
            Assert.StartsWith(mark, File.ReadAllText(path), StringComparison.Ordinal);
            var times = Directory.GetLastWriteTimeUtc(site.At("db", node, "data"));
            File.Delete(path);
            Directory.SetLastWriteTimeUtc(site.At("db", node, "data"), times);
        }

        Assert.Empty(expected.Zip(Images()).SelectMany(pair => pair.First.DifferencesTo(pair.Second)));
    }

    private List<TreeImage> Spoil()
    {
        foreach (var node in Nodes)
        {
            Directory.Delete(site.At("db", node, "data"), recursive: true);
            Write(node, "data/state", string.Create(CultureInfo.InvariantCulture, $"spoiled {node}"));
        }

        return Images();
    }
}
