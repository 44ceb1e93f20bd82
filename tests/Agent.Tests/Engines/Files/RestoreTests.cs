using Cairn.Agent.Engines;

namespace Cairn.Agent.Tests.Engines.Files;

public sealed class RestoreTests
{
    [Fact]
    public async Task Roots_go_where_the_configuration_puts_their_names_in_its_order()
    {
        using var node = new FilesNode();
        var record = (await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json;

        var layout = await node.Instance.PlanRestoreAsync(new RestoreRequestFacts(record, MetadataHere: false, EngineParameters.None, ForeignNode: false), CancellationToken.None);

        Assert.Equal(
            [new RestoreTarget("data", node.Directory.At("data"), Content: true), new RestoreTarget("wal", node.Directory.At("wal"), Content: true)],
            layout.Targets);
        Assert.True(Assert.Single(layout.Checks).Passed);
    }

    [Theory]
    [InlineData("""{"schema":1,"roots":{"data":"/srv/data"}}""", "TOPOLOGY_MISMATCH", "the point holds the roots data, the configuration names data, wal")]
    [InlineData("""{"schema":2,"roots":{}}""", "POINT_DAMAGED", "its schema is 2")]
    [InlineData("""{"schema":1,"roots":null}""", "POINT_DAMAGED", "cannot be used")]
    [InlineData("""{"schema":1}""", "POINT_DAMAGED", "cannot be used")]
    [InlineData("{", "POINT_DAMAGED", "cannot be used")]
    [InlineData("null", "POINT_DAMAGED", "it is empty")]
    public async Task A_record_that_does_not_fit_is_refused(string record, string code, string finding)
    {
        using var node = new FilesNode();

        var layout = await node.Instance.PlanRestoreAsync(new RestoreRequestFacts(record, MetadataHere: false, EngineParameters.None, ForeignNode: false), CancellationToken.None);

        var check = Assert.Single(layout.Checks);
        Assert.Equal(code, check.Error.Code);
        Assert.Contains(finding, check.Finding);
    }
}
