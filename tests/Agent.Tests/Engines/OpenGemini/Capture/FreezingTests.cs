using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Capture;

public sealed class FreezingTests
{
    private const string On = "POST /debug/ctrl?mod=readonly&switchon=true";
    private const string Off = "POST /debug/ctrl?mod=readonly&switchon=false";
    private const string Flush = "POST /debug/ctrl?mod=flush";

    [Fact]
    public async Task An_exact_capture_blocks_flushes_and_releases_before_anything_is_copied()
    {
        using var node = new RecordedNode("cluster");
        foreach (var step in new[] { StepNames.Freeze, StepNames.RaftPositions, StepNames.Logs, StepNames.Data, StepNames.Thaw, StepNames.Metadata })
        {
            await node.CaptureAsync(step, exact: true);
        }

        Assert.Equal([On, Flush, Off], node.AskedSql.Where(a => a.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Releasing_lets_writes_through_also_after_a_restart_of_the_agent()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.Freeze, exact: true);
        var reopened = node.Engine.Open(new() { Name = "og", Engine = "opengemini", Config = node.Config });

        await reopened.ReleaseAsync(node.Workspace, CancellationToken.None);
        await reopened.ReleaseAsync(node.Workspace, CancellationToken.None);

        Assert.Equal([On, Off], node.AskedSql.Where(a => a.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_copy_releases_what_is_still_blocked()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.Freeze, exact: true);

        await HotCaptureTests.EntriesAsync(node);

        Assert.Equal(Off, node.AskedSql[^1]);
    }

    [Fact]
    public async Task A_ts_sql_that_does_not_release_is_told_and_tried_again()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.Freeze, exact: true);
        node.SqlAnswer = (_, url) => url.Contains("switchon=false", StringComparison.Ordinal) ? new Recorded("{\n\tfailed\n}") : null;

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None));
        node.SqlAnswer = (_, _) => null;
        await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);

        Assert.Contains("writes are still blocked", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, node.AskedSql.Count(a => a == Off));
        Assert.False(Freezing.IsFrozen(node.Workspace));
    }

    [Fact]
    public async Task A_freeze_that_fails_on_the_way_is_released_at_once()
    {
        using var node = new RecordedNode("cluster");
        node.SqlAnswer = (_, url) => url.Contains("switchon=true", StringComparison.Ordinal) ? new Recorded("") : null;

        await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Freeze, exact: true));

        Assert.Equal([On, Off], node.AskedSql);
        Assert.False(Freezing.IsFrozen(node.Workspace));
    }

    [Fact]
    public async Task A_freeze_that_ended_before_the_data_were_taken_is_no_exact_cut()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.Freeze, exact: true);
        await node.Instance.ReleaseAsync(node.Workspace, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Thaw, exact: true));

        Assert.Equal(ErrorCode.CaptureLost, refused.Code);
    }

    [Fact]
    public async Task Readonly_of_a_ts_sql_that_has_ended_is_gone_with_it()
    {
        var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.Freeze, exact: true);
        var config = File.ReadAllText(node.Config);
        var workspace = node.Workspace;
        using var kept = new ScratchDirectory();
        var frozen = kept.Write("notes/opengemini-frozen.json", File.ReadAllText(workspace.NotesDirectory + "/opengemini-frozen.json"));
        var path = kept.Write("og.conf", config);
        node.Dispose();
        using var engine = new Cairn.Agent.Engines.OpenGemini.OpenGeminiEngine(RecordedNode.Limits, TimeProvider.System);
        var instance = engine.Open(new() { Name = "og", Engine = "opengemini", Config = path });

        await instance.ReleaseAsync(workspace with { NotesDirectory = Path.GetDirectoryName(frozen)! }, CancellationToken.None);

        Assert.False(File.Exists(frozen));
    }
}
