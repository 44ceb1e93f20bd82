using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Shared.Errors;
using Cairn.TestKit.Trees;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Databases;

public sealed class SelectedCaptureTests
{
    [Fact]
    public async Task A_capture_of_some_databases_holds_theirs_byte_for_byte_and_the_catalogue_alone()
    {
        using var node = new RecordedNode("cluster");

        var steps = new List<CapturedStep>();
        foreach (var step in (string[])[StepNames.RaftPositions, StepNames.Logs, StepNames.Data, StepNames.Metadata])
        {
            steps.Add(await node.CaptureAsync(step, objects: ["iot"]));
        }

        var record = RestoreRecord.Parse((await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json);
        var verdict = node.Engine.CheckCut([.. steps.Select((step, at) => new CutEvidence("n1", "og", $"{at}", step.Evidence))]);
        Assert.Equal(["iot"], Directory.EnumerateDirectories(node.Workspace.For("data")).Select(Path.GetFileName));
        Assert.Empty(TreeImage.Of($"{node.Data}/iot").DifferencesTo(TreeImage.Of($"{node.Workspace.For("data")}/iot")));
        Assert.Empty(TreeImage.Of($"{node.Wal}/iot").DifferencesTo(TreeImage.Of($"{node.Workspace.For("wal")}/iot")));
        Assert.Equal(["meta_info.json"], Directory.EnumerateFileSystemEntries(node.Workspace.For("meta")).Select(Path.GetFileName));
        Assert.Equal(node.GetData, File.ReadAllText($"{node.Workspace.For("meta")}/meta_info.json"));
        Assert.Equal(["iot"], record.Objects);
        Assert.Equal(["iot"], record.Databases);
        Assert.Equal(RestoreRecord.CatalogueMetadata, record.Metadata);
        Assert.Equal(["online-cluster-not-observed"], steps[^1].Caveats.Select(caveat => caveat.Name));
        Assert.True(verdict.Consistent, string.Join("; ", verdict.Findings));
        Assert.StartsWith("of the selected databases alone: ", verdict.Consistency, StringComparison.Ordinal);
        Assert.Contains(node.AskedSql, asked => asked.Contains("mod=flush", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replicated_database_is_refused_before_anything_is_taken()
    {
        using var node = new RecordedNode("replica");
        var database = Directory.EnumerateDirectories(node.Data).Select(Path.GetFileName).First()!;

        var checks = await node.Instance.PrecheckBackupAsync(new V1.BackupPrecheck { Objects = { database } }, CancellationToken.None);
        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync(StepNames.Metadata, objects: [database]));

        Assert.Equal("UNSUPPORTED", checks.Single(check => check.Name == "databases").Error.Code);
        Assert.Equal(ErrorCode.Unsupported, refused.Code);
    }

    [Fact]
    public async Task Logs_that_were_not_flushed_away_are_a_caveat()
    {
        using var node = new RecordedNode("cluster");
        var shard = Directory.EnumerateDirectories($"{node.Data}/iot/0/autogen").First(path => Path.GetFileName(path) != "index");
        var log = Directory.CreateDirectory($"{node.Wal}/iot/0/autogen/{Path.GetFileName(shard)}/0");
        await File.WriteAllLinesAsync($"{log.FullName}/00000001.wal", ["something"]);
        await node.CaptureAsync(StepNames.RaftPositions, objects: ["iot"]);

        var step = await node.CaptureAsync(StepNames.Logs, objects: ["iot"]);

        Assert.Equal("online-logs-not-observed", Assert.Single(step.Caveats).Name);
    }
}
