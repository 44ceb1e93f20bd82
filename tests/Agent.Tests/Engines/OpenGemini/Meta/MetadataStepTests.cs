using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Shared.Errors;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Meta;

public sealed class MetadataStepTests
{
    private const string Backup = "/backupMeta?backupPath=";

    [Fact]
    public async Task Metadata_in_the_native_layout_are_found_too()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);
        node.MetaAnswer = (_, url) => Answer(url, () => node.WriteMetaBackup(url, "/meta_backup"));

        await node.CaptureAsync(StepNames.Metadata);

        Assert.Equal(TreeImage.Of(node.Meta).Entries.Keys, TreeImage.Of(node.Workspace.For("meta")).Entries.Keys);
        Assert.Equal(["data", "meta", "wal"], Siblings(node));
    }

    [Fact]
    public async Task An_empty_200_without_files_is_a_failure()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => Answer(url, () => { });

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata));

        Assert.Equal(ErrorCode.EngineAnswer, refused.Code);
        Assert.Contains("wrote no raft.db", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["data", "meta", "wal"], Siblings(node));
    }

    [Theory]
    [InlineData("raft.db", "nonsense", "meta page")]
    [InlineData("meta_info.json", "{", "not JSON")]
    [InlineData("meta_info.json", "{}", "no catalogue")]
    [InlineData("meta_info.json", null, "missing")]
    [InlineData("snapshots", null, "no snapshot")]
    public async Task What_does_not_parse_is_a_failure(string name, string? text, string what)
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => Answer(url, () =>
        {
            node.WriteMetaBackup(url);
            var path = $"{url[Backup.Length..]}/{name}";
            if (text is not null)
            {
                using var writer = new StreamWriter(path);
                writer.Write(text);
            }
            else if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        });

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata));

        Assert.Equal(ErrorCode.EngineAnswer, refused.Code);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_that_was_torn_is_ordered_again()
    {
        using var node = new RecordedNode("cluster");
        await node.CaptureAsync(StepNames.RaftPositions);
        var orders = 0;
        node.MetaAnswer = (_, url) => Answer(url, () =>
        {
            node.WriteMetaBackup(url);
            if (orders++ == 0)
            {
                using var file = File.Open(url[Backup.Length..] + "/raft.db", FileMode.Open);
                file.SetLength(8192);
            }
        });

        await node.CaptureAsync(StepNames.Metadata);

        Assert.Equal(2, orders);
    }

    [Fact]
    public async Task A_meta_that_does_not_lead_is_not_asked_to_back_up()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => url.StartsWith("/debug", StringComparison.Ordinal) ? new Recorded(node.RaftStat("Follower")) : null;

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata));

        Assert.Equal(ErrorCode.LeaderMoved, refused.Code);
        Assert.DoesNotContain(node.AskedMeta, asked => asked.Contains("backupMeta", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_leader_that_moves_while_it_backs_up_is_noticed()
    {
        using var node = new RecordedNode("cluster");
        var ordered = false;
        node.MetaAnswer = (_, url) =>
        {
            ordered |= url.StartsWith(Backup, StringComparison.Ordinal);
            return ordered && url.StartsWith("/debug", StringComparison.Ordinal) ? new Recorded(node.RaftStat("Follower")) : null;
        };

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata));

        Assert.Equal(ErrorCode.LeaderMoved, refused.Code);
        Assert.True(ordered);
    }

    [Fact]
    public async Task A_catalogue_of_another_cluster_is_refused()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => url.StartsWith("/getdata", StringComparison.Ordinal)
            ? new Recorded(node.GetData.Replace("4078991583577455600", "1", StringComparison.Ordinal))
            : null;

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata));

        Assert.Contains("of cluster 4078991583577455600, this is 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_evidence_names_groups_and_an_exact_cut_of_replicas_carries_a_caveat()
    {
        using var node = new RecordedNode("replica");

        var step = await node.CaptureAsync(StepNames.Metadata, exact: true);

        var evidence = Evidence.Parse(step.Evidence);
        Assert.Equal(["iot", "ops"], evidence.Groups!.Select(g => g.Database));
        Assert.Equal([Caveats.ExactReplicated], evidence.Features);
    }

    private static Recorded? Answer(string url, Action order)
    {
        if (!url.StartsWith(Backup, StringComparison.Ordinal))
        {
            return null;
        }

        order();
        return new Recorded("");
    }

    private static IEnumerable<string?> Siblings(RecordedNode node) =>
        Directory.EnumerateDirectories(Path.GetDirectoryName(node.Workspace.For("meta"))!).Select(Path.GetFileName)
            .Concat(Directory.EnumerateDirectories(Path.GetDirectoryName(node.Workspace.For("data"))!).Select(Path.GetFileName))
            .Concat(Directory.EnumerateDirectories(Path.GetDirectoryName(node.Workspace.For("wal"))!).Select(Path.GetFileName))
            .Distinct().Order();
}
