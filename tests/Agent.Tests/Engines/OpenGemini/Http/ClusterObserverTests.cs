using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Http;

public sealed class ClusterObserverTests
{
    [Fact]
    public async Task A_cluster_is_described_as_its_databases_name_it()
    {
        using var node = new RecordedNode("cluster");

        var described = await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None);

        Assert.Null(described.ViewError);
        Assert.Equal("v1.5.2", described.Version);
        Assert.Equal("4078991583577455600", described.View.DatabaseClusterId);
        Assert.Equal(
            [
                $"meta {node.MetaAddress} True True", "meta 127.0.0.3:8091 True False", "meta 127.0.0.2:8091 True False",
                $"store {node.StoreAddress} True False", "store 127.0.0.2:8400 True False", "store 127.0.0.3:8400 True False",
                "sql 127.0.0.3:8086 True False", "sql 127.0.0.2:8086 True False", $"sql {node.SqlAddress} True False",
            ],
            described.View.Members.Select(m => $"{m.Role} {m.Address} {m.Alive} {m.Leader}"));
        Assert.Equal(9, described.View.Partitions.Count);
        Assert.Contains(described.View.Partitions, p => p is { Object: "iot", PartitionId: "1", OwnerAddress: "127.0.0.2:8400", ReplicaGroup: "", ReplicaLeader: false });
        Assert.Equal(["iot", "late", "ops"], described.View.Objects);
        Assert.Empty(described.View.Unsettled);
    }

    [Fact]
    public async Task Replica_groups_and_their_masters_are_described()
    {
        using var node = new RecordedNode("replica");

        var view = (await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None)).View;

        Assert.Equal(["1"], view.Partitions.Where(p => p.Object == "iot" && p.ReplicaLeader).Select(p => p.PartitionId));
        Assert.All(view.Partitions, p => Assert.Equal("0", p.ReplicaGroup));
    }

    [Fact]
    public async Task A_store_that_the_cluster_calls_failed_is_not_alive()
    {
        using var node = new RecordedNode("cluster");
        node.SqlAnswer = (_, url) => url.StartsWith("/query", StringComparison.Ordinal) ? new Recorded(node.ShowCluster("failed")) : null;

        var view = (await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None)).View;

        Assert.Equal(["127.0.0.3:8400"], view.Members.Where(m => !m.Alive).Select(m => m.Address));
    }

    [Fact]
    public async Task Migrations_in_progress_are_unsettled()
    {
        using var node = new RecordedNode("cluster");
        const string row = ""","values":[[7,"move","iot",1,4,5,"moving","init"]]""";
        node.SqlAnswer = (_, url) => url.StartsWith("/query", StringComparison.Ordinal) ? new Recorded(node.ShowCluster("alive", row)) : null;

        var view = (await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None)).View;

        Assert.Contains("moving", Assert.Single(view.Unsettled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_metas_that_claim_to_lead_are_both_named()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => url.StartsWith("/debug", StringComparison.Ordinal)
            ? new Recorded(node.RaftStat("Leader").Replace("Follower", "Leader", StringComparison.Ordinal))
            : null;

        var view = (await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None)).View;

        Assert.Equal(3, view.Members.Count(m => m.Leader));
    }

    [Fact]
    public async Task The_fingerprint_changes_with_leader_members_and_placement_and_not_with_data()
    {
        using var node = new RecordedNode("replica");
        var before = await FingerprintAsync(node);

        node.MetaAnswer = (_, url) => url.StartsWith("/getdata", StringComparison.Ordinal)
            ? new Recorded(node.GetData.Replace("\"Index\": 215", "\"Index\": 999", StringComparison.Ordinal).Replace("\"MaxShardID\"", "\"MaxShardID2\"", StringComparison.Ordinal))
            : null;
        var sameWithMoreData = await FingerprintAsync(node);
        node.MetaAnswer = (_, url) => url.StartsWith("/debug", StringComparison.Ordinal) ? new Recorded(node.RaftStat("Follower")) : null;
        var otherLeader = await FingerprintAsync(node);
        node.MetaAnswer = (_, url) => url.StartsWith("/getdata", StringComparison.Ordinal)
            ? new Recorded(node.GetData.Replace("\"MasterPtID\": 1", "\"MasterPtID\": 2", StringComparison.Ordinal))
            : null;
        var otherMaster = await FingerprintAsync(node);

        Assert.Equal(before, sameWithMoreData);
        Assert.Equal(3, new HashSet<string> { before, otherLeader, otherMaster }.Count);
    }

    [Fact]
    public async Task A_database_that_answers_nonsense_is_reported_and_not_thrown()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, _) => new Recorded("");
        node.SqlAnswer = (_, _) => new Recorded("<html>");

        var described = await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None);

        Assert.Null(described.View);
        Assert.Equal("ENGINE_ANSWER", described.ViewError.Code);
        Assert.Equal("", described.Version);
    }

    [Fact]
    public async Task Without_a_ts_sql_the_catalogue_must_do_and_that_is_said()
    {
        using var node = new RecordedNode("cluster");
        var text = File.ReadAllText(node.Config).Replace($"bind-address = \"{node.SqlAddress}\"", "", StringComparison.Ordinal);
        using (var writer = new StreamWriter(node.Config))
        {
            writer.Write(text);
        }

        var described = await node.Engine.Open(new() { Name = "og", Config = node.Config })
            .DescribeAsync(askDatabase: true, CancellationToken.None);

        Assert.Equal(["meta", "store"], described.Roles);
        Assert.NotNull(described.View);
        Assert.Contains(described.RunFindings, f => f.Contains("SHOW CLUSTER was not asked", StringComparison.Ordinal));
        Assert.Contains(described.RunFindings, f => f.Contains("the version was not asked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_declared_does_not_depend_on_answers()
    {
        using var node = new RecordedNode("cluster");

        var described = await node.Instance.DescribeAsync(askDatabase: false, CancellationToken.None);

        Assert.Empty(node.AskedMeta.Concat(node.AskedSql));
        Assert.Equal(["meta", "store", "sql"], described.Roles);
        Assert.Equal(["wal", "data", "meta"], described.Roots.Select(r => r.Name));
        Assert.Equal(
            ["freeze", "raft-positions", "logs", "data", "thaw", "native", "metadata"],
            described.CaptureSteps.Select(s => s.Name));
        Assert.Equal(["freeze", "thaw"], described.CaptureSteps.Where(s => s.ExactOnly).Select(s => s.Name));
        Assert.Equal(["metadata"], described.CaptureSteps.Where(s => s is { LeaderRole: "meta", ClusterMetadata: true }).Select(s => s.Name));
        Assert.Equal(["backup.hot", "backup.cold", "backup.exact", "backup.native", "restore", "select.objects", "restore.online"], described.Capabilities);
        Assert.Equal(RunState.Running, described.RunState);
    }

    private static async Task<string> FingerprintAsync(RecordedNode node) =>
        (await node.Instance.DescribeAsync(askDatabase: true, CancellationToken.None)).View.Fingerprint;
}
