using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.Files;

public sealed class CommandTests
{
    private const string Both = "before-capture: [DIR/before, two words]\nafter-capture: [DIR/after]";

    [Fact]
    public async Task Commands_run_around_the_capture_and_what_they_print_is_noted()
    {
        using var node = new FilesNode(Both);
        node.Script("before", "echo \"$1 for $CAIRN_INSTANCE in $CAIRN_JOB\"; echo made > DIR/data/snapshot".Replace("DIR", node.Directory.Path));
        node.Script("after", "rm DIR/data/snapshot; echo gone >&2".Replace("DIR", node.Directory.Path));

        var before = await node.RunAsync("before-capture");
        await node.RunAsync("files");
        var after = await node.RunAsync("after-capture");

        Assert.EndsWith("s: two words for db in job-1", Assert.Single(before.Notes));
        Assert.EndsWith("s: gone", Assert.Single(after.Notes));
        Assert.Equal(["data/snapshot"], await node.FilesAsync());
        Assert.False(File.Exists(node.Directory.At("data", "snapshot")));
    }

    [Fact]
    public async Task A_command_that_fails_ends_the_backup_with_what_it_said_and_the_one_after_it_runs_all_the_same()
    {
        using var node = new FilesNode(Both);
        node.Script("before", "echo cannot freeze >&2; exit 3");
        node.Script("after", $"echo thawed >> {node.Directory.At("log")}");

        var failed = await Assert.ThrowsAsync<CairnException>(() => node.RunAsync("before-capture"));
        var tooEarly = await Assert.ThrowsAsync<CairnException>(() => node.RunAsync("files"));
        var released = await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);
        var again = await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);

        Assert.Equal(ErrorCode.CommandFailed, failed.Code);
        Assert.Contains("ended with 3: cannot freeze", failed.Message);
        Assert.Equal(ErrorCode.InvalidRequest, tooEarly.Code);
        Assert.StartsWith("after-capture", Assert.Single(released));
        Assert.Empty(again);
        Assert.Equal(["thawed"], await File.ReadAllLinesAsync(node.Directory.At("log")));
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_killed_with_its_children()
    {
        using var node = new FilesNode("before-capture: [DIR/before]", limitSeconds: 1);
        node.Script("before", $"sleep 600 & echo $! > {node.Directory.At("child")}; wait");

        var failed = await Assert.ThrowsAsync<CairnException>(() => node.RunAsync("before-capture"));

        Assert.Equal(ErrorCode.CommandFailed, failed.Code);
        Assert.Contains("did not end within 1 s and was killed", failed.Message);
        var child = (await File.ReadAllTextAsync(node.Directory.At("child"))).Trim();
        await TestKit.Eventually.HoldsAsync(
            "the child has ended",
            () => !File.Exists($"/proc/{child}/stat") || File.ReadAllText($"/proc/{child}/stat").Contains(") Z", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10),
            CancellationToken.None);
    }

    [Fact]
    public async Task A_command_after_the_capture_that_fails_is_still_due()
    {
        using var node = new FilesNode(Both);
        node.Script("before", "true");
        node.Script("after", $"echo ran >> {node.Directory.At("log")}; [ $(wc -l < {node.Directory.At("log")}) -gt 1 ]");

        await node.RunAsync("before-capture");
        await node.RunAsync("files");
        var failed = await Assert.ThrowsAsync<CairnException>(() => node.RunAsync("after-capture"));
        await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);

        Assert.Equal(ErrorCode.CommandFailed, failed.Code);
        Assert.Equal(["ran", "ran"], await File.ReadAllLinesAsync(node.Directory.At("log")));
    }

    [Fact]
    public async Task Files_are_not_taken_after_the_command_after_them_has_run()
    {
        // As after a restart of the agent, which ends what captures hold open.
        using var node = new FilesNode(Both);
        node.Script("before", "true");
        node.Script("after", "true");
        await node.RunAsync("before-capture");
        await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);

        var lost = await Assert.ThrowsAsync<CairnException>(() => node.RunAsync("files"));

        Assert.Equal(ErrorCode.CaptureLost, lost.Code);
    }

    [Fact]
    public async Task A_repeated_attempt_ends_what_the_last_one_held_first()
    {
        using var node = new FilesNode(Both);
        node.Script("before", $"echo before >> {node.Directory.At("log")}");
        node.Script("after", $"echo after >> {node.Directory.At("log")}");

        await node.RunAsync("before-capture");
        await node.CaptureAsync();

        Assert.Equal(["before", "after", "before", "after"], await File.ReadAllLinesAsync(node.Directory.At("log")));
    }

    [Fact]
    public async Task No_command_runs_for_a_stopped_database()
    {
        using var node = new FilesNode(Both);
        node.Script("before", "exit 1");
        node.Script("after", "exit 1");
        node.Directory.Write("data/1", "1");

        await node.CaptureAsync(cold: true);

        Assert.Equal(["data/1"], await node.FilesAsync());
    }
}
