using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Agent.Tests.Engines.OpenGemini.Capture;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Restore;

public sealed class RestorePlannerTests
{
    [Fact]
    public async Task Wal_then_data_then_META_go_back_to_where_they_were()
    {
        using var node = new RecordedNode("cluster");

        var layout = await PlanAsync(node, await RecordAsync(node), metadataHere: true);

        Assert.Equal(
            [new RestoreTarget("wal", node.Wal, true), new RestoreTarget("data", node.Data, true), new RestoreTarget("meta", node.Meta, true)],
            layout.Targets);
        Assert.All(layout.Checks, check => Assert.True(check.Passed, check.Finding));
    }

    [Fact]
    public async Task On_other_nodes_the_old_META_is_moved_aside_and_an_empty_one_left()
    {
        using var node = new RecordedNode("cluster");

        var layout = await PlanAsync(node, await RecordAsync(node), metadataHere: false);

        Assert.Equal(new RestoreTarget("meta", node.Meta, false), layout.Targets[^1]);
        Assert.All(layout.Checks, check => Assert.True(check.Passed, check.Finding));
    }

    [Fact]
    public async Task An_empty_wal_still_takes_the_place_of_the_old_one()
    {
        using var node = new RecordedNode("cluster");
        Directory.Delete(node.Wal, recursive: true);
        Directory.CreateDirectory(node.Wal);

        var layout = await PlanAsync(node, await RecordAsync(node), metadataHere: true);
        var entries = await HotCaptureTests.EntriesAsync(node);

        Assert.True(layout.Targets.Single(t => t.Root == "wal").Content);
        Assert.Equal(["wal"], entries.Where(e => e.Path.StartsWith("wal", StringComparison.Ordinal)).Select(e => e.Path));
        Assert.All(layout.Checks, check => Assert.True(check.Passed, check.Finding));
    }

    [Fact]
    public async Task Other_directories_are_allowed()
    {
        using var node = new RecordedNode("cluster");
        var record = await RecordAsync(node);
        Rewrite(node, "cluster/node1/data", "elsewhere/data");

        var layout = await PlanAsync(node, record, metadataHere: true);

        Assert.Equal(node.Root + "/elsewhere/data/data", layout.Targets.Single(t => t.Root == "data").TargetPath);
        Assert.All(layout.Checks, check => Assert.True(check.Passed, check.Finding));
    }

    [Theory]
    [InlineData("127.0.0.2:8092", "127.0.0.9:8092")]
    [InlineData("store address", "127.0.0.9:8400")]
    public async Task Other_addresses_are_refused_with_the_reason(string from, string to)
    {
        using var node = new RecordedNode("cluster");
        var record = await RecordAsync(node);
        Rewrite(node, from.Replace("store address", node.StoreAddress, StringComparison.Ordinal), to);

        var layout = await PlanAsync(node, record, metadataHere: true);

        var failed = Assert.Single(layout.Checks, c => !c.Passed);
        Assert.Equal("TOPOLOGY_MISMATCH", failed.Error.Code);
        Assert.Contains("raft.db names the old addresses", failed.Finding, StringComparison.Ordinal);
        Assert.Contains("127.0.0.9", failed.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_roles_and_another_policy_are_refused()
    {
        using var node = new RecordedNode("cluster");
        var record = await RecordAsync(node);
        Rewrite(node, "write-available-first", "replication");
        Rewrite(node, $"bind-address = \"{node.SqlAddress}\"", "");

        var layout = await PlanAsync(node, record, metadataHere: true);

        Assert.Equal(["roles", "addresses", "ha-policy"], layout.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }

    [Fact]
    public async Task A_part_without_metadata_cannot_give_them()
    {
        using var node = new RecordedNode("cluster");
        var record = RestoreRecord.Parse(await RecordAsync(node)) with { Metadata = RestoreRecord.NoMetadata, Captured = ["wal", "data"] };

        var layout = await PlanAsync(node, record.ToJson(), metadataHere: true);

        Assert.Equal(["metadata"], layout.Checks.Where(c => !c.Passed).Select(c => c.Name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"schema\":9}")]
    [InlineData("""{"schema":1,"version":"","roles":null,"addresses":[],"metaRaftAddress":"","metaJoin":[],"haPolicy":"","roots":{},"captured":[],"metadata":"own","cold":true,"databases":[]}""")]
    [InlineData("""{"schema":1,"version":"","roles":[],"addresses":[],"metaRaftAddress":"","metaJoin":[],"haPolicy":"","roots":{},"captured":[],"metadata":"maybe","cold":true,"databases":[]}""")]
    public async Task A_record_that_is_none_is_refused(string json)
    {
        using var node = new RecordedNode("cluster");

        var layout = await PlanAsync(node, json, metadataHere: true);

        Assert.Empty(layout.Targets);
        Assert.Equal("POINT_DAMAGED", Assert.Single(layout.Checks).Error.Code);
    }

    [Fact]
    public void A_long_record_leaves_out_the_catalogue_first()
    {
        var record = new RestoreRecord
        {
            Version = "", Roles = [], Addresses = [], MetaRaftAddress = "", MetaJoin = [], HaPolicy = "", Roots = new Dictionary<string, string>(),
            Captured = [], Metadata = RestoreRecord.OwnMetadata, Cold = true, Databases = ["iot"], MetaInfo = new string('x', 2 << 20),
        };

        var read = RestoreRecord.Parse(record.ToJson());

        Assert.Null(read.MetaInfo);
        Assert.Equal(["iot"], read.Databases);
    }

    [Fact]
    public async Task A_pending_index_transaction_that_names_other_directories_is_refused_before_the_swap()
    {
        using var node = new RecordedNode("cluster");
        var layout = await PlanAsync(node, await RecordAsync(node), metadataHere: true);
        using var stage = new ScratchDirectory();
        var transaction = stage.Write("db/0/rp/index/1_0_0/mergeset/txn/01", $"{node.Data}/db/0/rp -> x");
        var stages = new Dictionary<string, string> { ["data"] = stage.Path };

        await node.Instance.FinishStageAsync(Facts(""), layout, stages, CancellationToken.None);
        using (var writer = new StreamWriter(transaction))
        {
            writer.Write("/srv/og/cluster/node1/data/data/db -> x");
        }

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.Instance.FinishStageAsync(Facts(""), layout, stages, CancellationToken.None));
        Assert.Equal(ErrorCode.Unsupported, refused.Code);
    }

    private static async Task<string> RecordAsync(RecordedNode node)
    {
        await HotCaptureTests.CaptureAllAsync(node);
        return (await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json;
    }

    private static Task<RestoreLayout> PlanAsync(RecordedNode node, string record, bool metadataHere) =>
        node.Engine.Open(new() { Name = "og", Config = node.Config })
            .PlanRestoreAsync(Facts(record, metadataHere), CancellationToken.None);

    private static RestoreRequestFacts Facts(string record, bool metadataHere = true) =>
        new(record, metadataHere, EngineParameters.None, ForeignNode: false);

    private static void Rewrite(RecordedNode node, string from, string to)
    {
        var text = File.ReadAllText(node.Config);
        Assert.Contains(from, text, StringComparison.Ordinal);
        using var writer = new StreamWriter(node.Config);
        writer.Write(text.Replace(from, to, StringComparison.Ordinal));
    }
}
