using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.Agent.Tests.Capturing;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Capture;

public sealed class HotCaptureTests
{
    [Theory]
    [InlineData("cluster")]
    [InlineData("replica")]
    public async Task A_capture_holds_data_and_wal_byte_for_byte_and_the_leaders_META(string kind)
    {
        using var node = new RecordedNode(kind);

        await CaptureAllAsync(node);

        Assert.Empty(TreeImage.Of(node.Data).DifferencesTo(TreeImage.Of(node.Workspace.For("data"))));
        Assert.Empty(TreeImage.Of(node.Wal).DifferencesTo(TreeImage.Of(node.Workspace.For("wal"))));
        Assert.Equal(["raft.db", "snapshots"], Directory.EnumerateFileSystemEntries(node.Workspace.For("meta")).Select(Path.GetFileName).Order());
        Assert.Equal(
            TreeImage.Of(node.Meta).Entries.Select(e => e.Key),
            TreeImage.Of(node.Workspace.For("meta")).Entries.Select(e => e.Key));
    }

    [Fact]
    public async Task Tssp_files_and_index_parts_are_links_and_immutable_and_all_else_are_copies()
    {
        using var node = new RecordedNode("replica");

        await CaptureAllAsync(node);

        var entries = await EntriesAsync(node);
        var files = entries.Where(e => e.Kind == EntryKind.File).ToList();
        Assert.All(files, file =>
        {
            var live = file.Path.Split('/')[0] switch { "data" => node.Data, "wal" => node.Wal, _ => node.Meta } + file.Path[file.Path.IndexOf('/', StringComparison.Ordinal)..];
            var linked = LiveFile.Inode(live) == LiveFile.Inode(file.PhysicalPath!);
            var immutable = file.Path.EndsWith(".tssp", StringComparison.Ordinal)
                || (file.Path.Contains("/mergeset/", StringComparison.Ordinal) && !file.Path.EndsWith("converted-to-v1.28.0", StringComparison.Ordinal));
            Assert.Equal(immutable, linked);
            Assert.Equal(immutable, file.Immutable);
            Assert.Equal(immutable, file.Identity is not null);
            Assert.Equal(new FileInfo(file.PhysicalPath!).Length, file.Attributes.Size);
        });
        Assert.Contains(files, f => f.Path.EndsWith("/raft.meta", StringComparison.Ordinal));
        Assert.Contains(files, f => f.Path.EndsWith("/00001.entry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Entries_come_directories_first_in_a_stable_order_with_empty_ones()
    {
        using var node = new RecordedNode("cluster");
        await CaptureAllAsync(node);

        var first = await EntriesAsync(node);
        var second = await EntriesAsync(node);

        Assert.Equal(first.Select(e => e.Path), second.Select(e => e.Path));
        var seen = new HashSet<string>();
        Assert.All(first, entry =>
        {
            Assert.True(!entry.Path.Contains('/', StringComparison.Ordinal) || seen.Contains(entry.Path[..entry.Path.LastIndexOf('/')]), entry.Path);
            Assert.True(seen.Add(entry.Path), entry.Path);
        });
        Assert.Contains(first, e => e.Kind == EntryKind.Directory && e.Path.EndsWith("/mergeset/tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sparse_raft_files_stay_sparse()
    {
        using var node = new RecordedNode("replica");

        await node.CaptureAsync(StepNames.RaftPositions);

        var meta = node.Workspace.For("wal") + "/iot/0/__raft_entries__/raft.meta";
        Assert.Equal(1 << 20, new FileInfo(meta).Length);
        Assert.True(LiveFile.AllocatedBytes(meta) < 64 << 10);
    }

    [Fact]
    public async Task Unfinished_files_and_what_is_in_tmp_are_left_out()
    {
        using var node = new RecordedNode("cluster");
        var tssp = Directory.EnumerateFiles(node.Data, "*.tssp", SearchOption.AllDirectories).First();
        var compaction = Path.Combine(Path.GetDirectoryName(tssp)!, "00000009-0001-00000000.tssp.init");
        Write(compaction, "half a file");
        var tmp = Directory.EnumerateDirectories(node.Data, "tmp", SearchOption.AllDirectories).First();
        Write(tmp + "/unfinished", "half a part");

        await CaptureAllAsync(node);

        var captured = TreeImage.Of(node.Workspace.For("data")).Entries.Keys;
        Assert.DoesNotContain(captured, path => path.EndsWith(".init", StringComparison.Ordinal));
        Assert.DoesNotContain(captured, path => path.EndsWith("/unfinished", StringComparison.Ordinal));
        Assert.Contains(Path.GetRelativePath(node.Data, tmp), captured);
    }

    [Fact]
    public async Task Data_wait_for_a_flush_that_was_running()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);
        await node.CaptureAsync(StepNames.Logs);
        var tssp = Directory.EnumerateFiles(node.Data, "*.tssp", SearchOption.AllDirectories).First();
        var finished = Path.Combine(Path.GetDirectoryName(tssp)!, "000000ff-0000-00000000.tssp");
        Write(finished + ".init", "flushed");

        var capture = node.CaptureAsync(StepNames.Data);
        var waited = await Task.WhenAny(capture, Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, CancellationToken.None));
        Assert.NotSame(capture, waited);
        File.Move(finished + ".init", finished);
        await capture;

        Assert.True(File.Exists(node.Workspace.For("data") + finished[node.Data.Length..]));
    }

    [Fact]
    public async Task A_pending_index_transaction_is_never_stable()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);
        await node.CaptureAsync(StepNames.Logs);
        var transaction = Directory.EnumerateDirectories(node.Data, "txn", SearchOption.AllDirectories).First() + "/0001";
        Write(transaction, "paths");

        var capture = node.CaptureAsync(StepNames.Data);
        var waited = await Task.WhenAny(capture, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, CancellationToken.None));
        Assert.NotSame(capture, waited);
        File.Delete(transaction);
        await capture;

        Assert.Empty(TreeImage.Of(node.Data).DifferencesTo(TreeImage.Of(node.Workspace.For("data"))));
    }

    [Fact]
    public async Task A_column_store_measurement_gives_the_point_a_caveat()
    {
        using var node = new RecordedNode("cluster");
        var tssp = Directory.EnumerateFiles(node.Data, "*.tssp", SearchOption.AllDirectories).First();
        Write(Path.Combine(Path.GetDirectoryName(tssp)!, "primary.idx"), "index");
        await node.CaptureAsync(StepNames.RaftPositions);
        await node.CaptureAsync(StepNames.Logs);

        var step = await node.CaptureAsync(StepNames.Data);

        Assert.Equal([Caveats.ColumnStore], step.Caveats.Select(c => c.Name));
    }

    [Fact]
    public async Task A_shard_that_vanishes_between_logs_and_data_gives_the_point_a_caveat()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);
        await node.CaptureAsync(StepNames.Logs);
        var shard = Directory.EnumerateDirectories(node.Data + "/ops/0/autogen", "*_*_*_*").First();
        Directory.Delete(shard, recursive: true);
        Directory.Delete(node.Wal + shard[node.Data.Length..], recursive: true);

        var step = await node.CaptureAsync(StepNames.Data);

        Assert.Equal([Caveats.ShardsDropped], step.Caveats.Select(c => c.Name));
    }

    [Fact]
    public async Task A_partition_that_appears_between_the_phases_makes_the_cut_inconsistent()
    {
        using var node = new RecordedNode("replica");
        var moved = node.Root + "/aside";
        Directory.Move(node.Wal + "/iot", moved);
        var positions = await node.CaptureAsync(StepNames.RaftPositions);
        Directory.Move(moved, node.Wal + "/iot");
        var logs = await node.CaptureAsync(StepNames.Logs);
        await node.CaptureAsync(StepNames.Data);
        var metadata = await node.CaptureAsync(StepNames.Metadata);

        var verdict = node.Engine.CheckCut(
        [
            new("n1", "og", StepNames.RaftPositions, positions.Evidence),
            new("n1", "og", StepNames.Logs, logs.Evidence),
            new("n1", "og", StepNames.Metadata, metadata.Evidence),
        ]);

        Assert.False(verdict.Consistent);
    }

    [Fact]
    public async Task Evidence_of_the_real_replicas_is_consistent()
    {
        var evidence = new List<Cairn.Agent.Engines.CutEvidence>();
        using var node = new RecordedNode("replica");
        foreach (var step in new[] { StepNames.RaftPositions, StepNames.Logs, StepNames.Data, StepNames.Metadata })
        {
            evidence.Add(new("n1", "og", step, (await node.CaptureAsync(step)).Evidence));
        }

        // The other two nodes' files, captured as if this were their host.
        foreach (var other in new[] { 2, 3 })
        {
            Directory.Delete(node.Wal, recursive: true);
            Directory.Move($"{node.Root}/replica/node{other}/wal/wal", node.Wal);
            evidence.Add(new($"n{other}", "og", StepNames.RaftPositions, (await node.CaptureAsync(StepNames.RaftPositions)).Evidence));
            evidence.Add(new($"n{other}", "og", StepNames.Logs, (await node.CaptureAsync(StepNames.Logs)).Evidence));
        }

        var verdict = node.Engine.CheckCut(evidence);

        Assert.True(verdict.Consistent, string.Join("; ", verdict.Findings));
        Assert.Equal(2, verdict.Findings.Count(f => f.Contains("is covered by a majority", StringComparison.Ordinal)));
        Assert.Empty(verdict.Caveats);
    }

    [Fact]
    public async Task A_repeated_attempt_replaces_what_the_earlier_one_took()
    {
        using var node = new RecordedNode("replica");
        await CaptureAllAsync(node);
        Directory.Delete(node.Data + "/ops", recursive: true);
        Directory.Delete(node.Wal + "/ops", recursive: true);

        await CaptureAllAsync(node, attempt: 2);

        Assert.Empty(TreeImage.Of(node.Data).DifferencesTo(TreeImage.Of(node.Workspace.For("data"))));
        Assert.Empty(TreeImage.Of(node.Wal).DifferencesTo(TreeImage.Of(node.Workspace.For("wal"))));
    }

    [Fact]
    public async Task Metadata_taken_again_under_another_number_leave_the_rest_as_it_was()
    {
        using var node = new RecordedNode("cluster");
        await CaptureAllAsync(node);

        await node.CaptureAsync(StepNames.Metadata, attempt: 2);

        var roots = (await EntriesAsync(node)).Select(e => e.Path.Split('/')[0]).Distinct();
        Assert.Equal(["wal", "data", "meta"], roots);
    }

    [Fact]
    public async Task Metadata_that_the_core_dropped_are_neither_entries_nor_in_the_record()
    {
        using var node = new RecordedNode("cluster");
        await CaptureAllAsync(node);
        Directory.Delete(node.Workspace.For("meta"), recursive: true);
        Directory.CreateDirectory(node.Workspace.For("meta"));

        var record = RestoreRecord.Parse((await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json);

        Assert.Equal(RestoreRecord.NoMetadata, record.Metadata);
        Assert.Equal(["wal", "data"], record.Captured);
        Assert.DoesNotContain(await EntriesAsync(node), e => e.Path.StartsWith("meta", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_record_says_what_a_restore_must_know()
    {
        using var node = new RecordedNode("replica");
        await CaptureAllAsync(node);

        var record = RestoreRecord.Parse((await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json);

        Assert.Equal("v1.5.2", record.Version);
        Assert.Equal(RestoreRecord.LeaderMetadata, record.Metadata);
        Assert.Equal("replication", record.HaPolicy);
        Assert.Equal(["iot", "ops"], record.Databases);
        Assert.Equal(["wal", "data", "meta"], record.Captured);
        Assert.Contains("ClusterID", record.MetaInfo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_version_is_a_caveat()
    {
        using var node = new RecordedNode("cluster");
        node.SqlAnswer = (_, url) => url == "/ping" ? new Recorded("", 204, "v1.4.0") : null;

        var step = await node.CaptureAsync(StepNames.RaftPositions);

        Assert.Equal([Caveats.Version], step.Caveats.Select(c => c.Name));
    }

    [Fact]
    public async Task Nothing_is_switched_to_readonly_unless_an_exact_cut_is_asked_for()
    {
        using var node = new RecordedNode("cluster");

        await node.CaptureAsync(StepNames.Freeze);
        await CaptureAllAsync(node);
        await node.CaptureAsync(StepNames.Thaw);
        await EntriesAsync(node);

        Assert.DoesNotContain(node.AskedSql, asked => asked.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_are_refused_before_logs()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Data));

        Assert.Equal(ErrorCode.InvalidRequest, refused.Code);
    }

    [Fact]
    public async Task A_symbolic_link_below_a_root_is_refused_because_its_content_would_be_missing()
    {
        using var node = new RecordedNode("cluster");
        Directory.CreateSymbolicLink(node.Data + "/elsewhere", "/tmp");
        await node.CaptureAsync(StepNames.RaftPositions);
        await node.CaptureAsync(StepNames.Logs);

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Data));

        Assert.Equal(ErrorCode.PathUnusable, refused.Code);
        Assert.Contains("elsewhere", refused.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cluster")]
    [InlineData("replica")]
    public async Task A_cold_capture_takes_all_three_directories_as_they_are_and_asks_nobody(string kind)
    {
        using var node = new RecordedNode(kind);
        foreach (var step in new[] { StepNames.RaftPositions, StepNames.Logs, StepNames.Data, StepNames.Metadata })
        {
            await node.CaptureAsync(step, cold: true);
        }

        Assert.Empty(TreeImage.Of(node.Data).DifferencesTo(TreeImage.Of(node.Workspace.For("data"))));
        Assert.Empty(TreeImage.Of(node.Wal).DifferencesTo(TreeImage.Of(node.Workspace.For("wal"))));
        Assert.Empty(TreeImage.Of(node.Meta).DifferencesTo(TreeImage.Of(node.Workspace.For("meta"))));
        Assert.Empty(node.AskedMeta.Concat(node.AskedSql));
        var record = RestoreRecord.Parse((await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json);
        Assert.Equal(RestoreRecord.OwnMetadata, record.Metadata);
        Assert.True(record.Cold);
    }

    internal static async Task CaptureAllAsync(RecordedNode node, int attempt = 1)
    {
        foreach (var step in new[] { StepNames.RaftPositions, StepNames.Logs, StepNames.Data, StepNames.Metadata })
        {
            await node.CaptureAsync(step, attempt: attempt);
        }
    }

    internal static async Task<List<SourceEntry>> EntriesAsync(RecordedNode node)
    {
        var entries = new List<SourceEntry>();
        await foreach (var entry in node.Instance.EntriesAsync(node.Workspace, CancellationToken.None))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static void Write(string path, string text)
    {
        using var writer = new StreamWriter(path);
        writer.Write(text);
    }
}
