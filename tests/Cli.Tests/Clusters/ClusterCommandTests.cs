using System.Text.Json;
using Cairn.Cli.Tests.Scripted;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Cli.Tests.Clusters;

public sealed class ClusterCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_cluster_is_added_with_its_nodes()
    {
        var run = await RunAsync("cluster", "add", "demo", "--engine", "files", "--node", "n1,n2", "--node", "n3");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["n1", "n2", "n3"], script.Asked<AddClusterRequest>().Nodes);
        Assert.Equal("files", script.Asked<AddClusterRequest>().Engine);
        Assert.Contains("demo     files   n1, n2, n3  free", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clusters_are_listed_with_who_holds_them()
    {
        script.Clusters.Add(Samples.Cluster());
        var held = Samples.Cluster("other");
        held.LockedByJob = Samples.JobId;
        script.Clusters.Add(held);

        var run = await RunAsync("cluster", "list");

        Assert.Equal(
            [
                "CLUSTER  ENGINE  NODES       LOCK",
                "demo     files   n1, n2, n3  free",
                $"other    files   n1, n2, n3  held by job {Samples.JobId}",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task A_cluster_is_locked_with_a_reason_and_freed_by_the_lock_that_is_shown()
    {
        var kept = Samples.Cluster();
        kept.Maintenance = new MaintenanceLock { LockId = "m-01", Reason = "new disks", Since = Samples.Noon() };
        script.Clusters.Add(kept);

        var locked = await RunAsync("cluster", "lock", "demo", "--reason", "new disks");
        var free = await RunAsync("cluster", "unlock", "demo", "--lock", "m-01");

        Assert.Contains("maintenance since 2026-11-01T12:00:00Z, lock m-01: new disks", locked.Output, StringComparison.Ordinal);
        Assert.Equal(("demo", "new disks"), (script.Asked<LockClusterRequest>().Name, script.Asked<LockClusterRequest>().Reason));
        Assert.Equal(("demo", "m-01"), (script.Asked<UnlockClusterRequest>().Name, script.Asked<UnlockClusterRequest>().LockId));
        Assert.Equal((0, 0), (locked.ExitCode, free.ExitCode));
    }

    [Fact]
    public async Task A_node_that_never_registered_is_shown_as_such()
    {
        script.Clusters.Add(Samples.Cluster());
        script.Nodes.Add(Samples.Node("n1"));

        var run = await RunAsync("cluster", "show");

        Assert.Equal(
            [
                "cluster          demo",
                "engine           files",
                "lock             free",
                "on node failure  abort",
                "epoch            7",
                "",
                "NODE  STATE       LAST HEARTBEAT        ADDRESS                AGENT",
                "n1    online      2026-11-01T12:00:00Z  http://127.0.0.1:7461  0.1.0",
                "n2    never seen  -                     -                      -",
                "n3    never seen  -                     -                      -",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task The_topology_names_members_partitions_and_what_stands_in_the_way()
    {
        script.Clusters.Add(Samples.Cluster());
        script.Topology = Samples.Topology();

        var run = await RunAsync("cluster", "topology");

        Assert.Equal(
            [
                "cluster      demo (files)",
                "databases    db0",
                "fingerprint  9f2c",
                "",
                "NODE  INSTANCE  STATE        VERSION  ADDRESSES                                  CLOCK",
                "n1    db        running      v1.5.2   meta 127.0.0.1:8091, store 127.0.0.1:8400  +2 ms",
                "n2    -         unreachable  -        -                                              -",
                "",
                "ROLE   ADDRESS         ID  STATE  LEADS   SEEN IN",
                "meta   127.0.0.1:8091  1   alive  leader  raft-stat",
                "store  127.0.0.2:8400  5   dead   -       SHOW CLUSTER",
                "",
                "DATABASE  PARTITION  OWNER           REPLICA GROUP  COPY",
                "db0               0  127.0.0.1:8400  -              only",
                "db1               0  127.0.0.1:8400  3              leader",
                "",
                "in the way of a backup:",
                "  n2: the store 127.0.0.2:8400 is dead",
                "    way out: start it",
                "    code: MEMBER_DEAD",
            ],
            run.OutputLines);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task The_cluster_may_be_left_out_only_when_there_is_one()
    {
        var none = await RunAsync("cluster", "topology");
        script.Clusters.AddRange([Samples.Cluster("a"), Samples.Cluster("b")]);
        var two = await RunAsync("cluster", "topology");

        Assert.Equal((int)ExitClass.Refused, none.ExitCode);
        Assert.Contains("  code: UNKNOWN_CLUSTER", none.Error, StringComparison.Ordinal);
        Assert.Equal((int)ExitClass.Usage, two.ExitCode);
        Assert.Contains("there are 2 clusters and none was named: a, b", two.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_scripts_the_fields_have_the_names_of_the_contract()
    {
        script.Clusters.Add(Samples.Cluster());

        var run = await RunAsync("cluster", "list", "-o", "json");

        using var document = JsonDocument.Parse(run.Output);
        var cluster = document.RootElement.GetProperty("clusters")[0];
        Assert.Equal("demo", cluster.GetProperty("name").GetString());
        Assert.Equal("", cluster.GetProperty("lockedByJob").GetString());
        Assert.Single(run.OutputLines);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
