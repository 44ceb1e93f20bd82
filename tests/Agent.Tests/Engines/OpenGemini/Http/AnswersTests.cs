using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Shared.Errors;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Http;

public sealed class AnswersTests
{
    [Fact]
    public void The_recorded_catalogue_of_a_cluster_is_read()
    {
        var catalogue = Catalogue.Read(Ok(Fixtures.TextOf("expected/cluster-getdata.json")));

        Assert.Equal("4078991583577455600", catalogue.ClusterId);
        Assert.Equal(["127.0.0.1:8091", "127.0.0.3:8091", "127.0.0.2:8091"], catalogue.Metas.Select(m => m.Address));
        Assert.Equal(["127.0.0.1:8400", "127.0.0.2:8400", "127.0.0.3:8400"], catalogue.Stores.Select(s => s.Address));
        Assert.Equal(["127.0.0.3:8086", "127.0.0.2:8086", "127.0.0.1:8086"], catalogue.Sqls.Select(s => s.Address));
        Assert.Equal(["iot", "late", "ops"], catalogue.Databases);
        Assert.Equal(9, catalogue.Partitions.Count);
        Assert.Empty(catalogue.Groups);
        Assert.Empty(catalogue.Unsettled);
        Assert.Empty(catalogue.Features);
    }

    [Fact]
    public void The_recorded_replica_groups_are_read()
    {
        var catalogue = Catalogue.Read(Ok(Fixtures.TextOf("expected/replica-getdata.json")));

        Assert.Equal(["iot 0 1: 0,1,2", "ops 0 0: 0,1,2"], catalogue.Groups.Select(g => $"{g.Database} {g.Id} {g.Master}: {string.Join(',', g.Members)}"));
        Assert.Empty(catalogue.Features);
    }

    [Theory]
    [InlineData("\"MigrateEvents\": {}", "\"MigrateEvents\": {\"iot$0\": {}}", "migration 'iot$0'")]
    [InlineData("\"Status\": 0,\n        \"PtId\": 0", "\"Status\": 2,\n        \"PtId\": 0", "not online")]
    public void Things_in_progress_are_unsettled(string from, string to, string finding)
    {
        var text = Fixtures.TextOf("expected/cluster-getdata.json");
        Assert.Contains(from, text, StringComparison.Ordinal);

        var catalogue = Catalogue.Read(Ok(text.Replace(from, to, StringComparison.Ordinal)));

        Assert.Contains(catalogue.Unsettled, u => u.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"db":{"ReplicaN":2}}""", Caveats.ReplicaCount)]
    [InlineData("""{"db":{"RetentionPolicies":{"rp":{"Measurements":{"m":{"EngineType":1}}}}}}""", Caveats.ColumnStore)]
    [InlineData("""{"db":{"RetentionPolicies":{"rp":{"Measurements":{"m":{"ObsOptions":{"a":1}}}}}}}""", Caveats.ObjectStorage)]
    [InlineData("""{"db":{"RetentionPolicies":{"rp":{"ShardGroups":[{"Shards":[{"Tier":4}]}]}}}}""", Caveats.ObjectStorage)]
    [InlineData("""{"db":{"RetentionPolicies":{"rp":{"DownSamplePolicyInfo":{}}}}}""", Caveats.Downsampling)]
    public void What_was_never_observed_is_found_in_the_catalogue(string databases, string caveat)
    {
        using var document = JsonDocument.Parse(databases);

        var features = CatalogueFeatures.Find(document.RootElement.EnumerateObject());

        Assert.Equal([caveat], features);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\n\t\n\t127.0.0.1:8400: success,\n}")]
    [InlineData("[]")]
    [InlineData("{\"results\":[]}")]
    public void A_200_that_is_no_catalogue_is_not_believed(string body)
    {
        var refused = Assert.Throws<CairnException>(() => Catalogue.Read(Ok(body)));

        Assert.Equal(ErrorCode.EngineAnswer, refused.Code);
    }

    [Theory]
    [InlineData("""{"results":[{"statement_id":0,"error":"node not found"}]}""", "node not found")]
    [InlineData("""{"error":"readonly now"}""", "readonly now")]
    [InlineData("""{"results":[{"statement_id":0}]}""", "does not list the cluster")]
    public void Errors_inside_a_200_are_errors(string body, string what)
    {
        var refused = Assert.Throws<CairnException>(() => ShowCluster.Read(Ok(body)));

        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_demand_for_a_user_is_refused_as_unsupported()
    {
        var refused = Assert.Throws<CairnException>(() => ShowCluster.Read(new Answer("GET x", HttpStatusCode.Forbidden, [], "")));

        Assert.Equal(ErrorCode.Unsupported, refused.Code);
    }

    [Fact]
    public void The_recorded_raft_states_name_one_leader()
    {
        var line = Fixtures.TextOf("transcripts/cluster-discovery.txt").Split('\n')
            .Last(l => l.StartsWith("{\"127.0.0.1:8091\":{\"applied_index\"", StringComparison.Ordinal));

        var stat = RaftStat.Read(Ok(line));

        Assert.Equal(["127.0.0.1:8091"], stat.Leaders);
        Assert.Equal(3, stat.ByAddress.Count(s => s.Value.IsAlive));
    }

    [Fact]
    public void A_meta_that_lost_contact_is_not_alive()
    {
        var stat = RaftStat.Read(Ok("""{"a:1":{"state":"Leader","term":"3"},"b:1":{"Error":"meta server lost contact"}}"""));

        Assert.False(stat.ByAddress["b:1"].IsAlive);
    }

    [Theory]
    [InlineData("{\n\t\n\tsuccess\n}\n", true)]
    [InlineData("{\n\t\n\t127.0.0.1:8400: success,\n\t127.0.0.2:8400: success,\n}", true)]
    [InlineData("{\n\t\n\t127.0.0.1:8400: success,\n\t127.0.0.3:8400: failed,no connections available, node: 6, 127.0.0.3:8401,\n}", false)]
    [InlineData("{\n\t\n\t\n}", false)]
    [InlineData("", false)]
    public void Bodies_that_are_not_JSON_are_read_line_by_line(string body, bool success)
    {
        var thrown = Record.Exception(() => CtrlAnswer.RequireSuccess(Ok(body)));

        Assert.Equal(success, thrown is null);
    }

    private static Answer Ok(string body) => new("GET http://x/y", HttpStatusCode.OK, Encoding.UTF8.GetBytes(body), "");
}
