using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Nodes;

public sealed class NodeCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Nodes_are_listed_a_line_each()
    {
        script.Nodes.AddRange([Samples.Node("n1"), Samples.Node("n2")]);
        script.Nodes[1].State = "silent";

        var run = await CommandRun.OfAsync(server.Url, ["node", "list"]);

        Assert.Equal(
            [
                "NODE  STATE   LAST HEARTBEAT        ADDRESS                AGENT  CLUSTERS  INSTANCES",
                "n1    online  2026-11-01T12:00:00Z  http://127.0.0.1:7461  0.1.0  demo      db (files)",
                "n2    silent  2026-11-01T12:00:00Z  http://127.0.0.1:7461  0.1.0  demo      db (files)",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task A_node_is_shown_with_its_repository_instances_and_old_data()
    {
        var node = Samples.Node("n1");
        node.Description.Remnants.Add(new RestoreRemnant
        {
            JobId = Samples.JobId, PointId = Samples.PointId, State = "swapped", Bytes = 1 << 20,
        });
        script.Nodes.Add(node);

        var run = await CommandRun.OfAsync(server.Url, ["node", "show", "n1"]);

        Assert.Equal(
            [
                "node            n1",
                "state           online",
                "last heartbeat  2026-11-01T12:00:00Z",
                "address         http://127.0.0.1:7461",
                "agent           0.1.0, protocol 1",
                "clusters        demo",
                "",
                "repository  /backup/n1",
                "id          r-1",
                "points      2",
                "free        20.0 GiB",
                "",
                "instance   db",
                "engine     files v1.5.2",
                "roles      meta, store",
                "state      running",
                "           process 4711 runs with this configuration",
                "address    meta 127.0.0.1:8091",
                "address    store 127.0.0.1:8400",
                "directory  data /data/n1/data",
                "can        backup.hot, restore",
                "captures   logs, data",
                "",
                "restores whose old data are still beside",
                "RESTORE                               POINT                    STATE    OLD DATA",
                $"{Samples.JobId}  {Samples.PointId}  swapped   1.0 MiB",
            ],
            run.OutputLines);
    }

    [Fact]
    public async Task A_repository_that_cannot_be_used_says_why()
    {
        var node = Samples.Node("n1");
        node.Description.Repository.Error = new ErrorDetail
        {
            Code = "REPOSITORY_FOREIGN", Message = "/backup/n1 holds photos", WayOut = "name another directory",
        };
        script.Nodes.Add(node);

        var run = await CommandRun.OfAsync(server.Url, ["node", "show", "n1"]);

        Assert.Contains("problem     /backup/n1 holds photos", run.OutputLines);
        Assert.Contains("code        REPOSITORY_FOREIGN", run.OutputLines);
    }
}
