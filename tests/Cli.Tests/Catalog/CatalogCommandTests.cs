using Cairn.Cli.Tests.Scripted;
using Cairn.V1;

namespace Cairn.Cli.Tests.Catalog;

public sealed class CatalogCommandTests : IAsyncLifetime
{
    private readonly ScriptedCoordinator script = new();
    private CoordinatorServer server = null!;

    public async Task InitializeAsync() => server = await CoordinatorServer.StartAsync(script);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_rebuild_says_what_it_found_what_is_beside_and_who_is_missing()
    {
        script.Rebuilt = new RebuildCatalogResponse
        {
            Clusters =
            {
                new RebuiltCluster
                {
                    Cluster = Samples.Cluster(),
                    Added = true,
                    Points = 4,
                    PointsAdded = 4,
                    DeletedPoints = { "20261101T120000Z-3fa9c1" },
                    MissingNodes = { "n3" },
                    Restores = { new NodeRemnant { Node = "n1", Restore = new RestoreRemnant { JobId = Samples.JobId, State = "swapped" } } },
                },
            },
        };

        var run = await RunAsync("catalog", "rebuild");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                "demo, which was not known",
                "engine          files",
                "nodes           n1, n2, n3",
                "points          4, of which 4 were not known",
                "epoch           7",
                "deleted points  20261101T120000Z-3fa9c1",
                "missing nodes   n3: have them come by 'cairn-agent adopt', and repeat this",
                $"beside          n1: restore {Samples.JobId} is swapped; 'cairn restore undo' or 'discard'",
            ],
            run.OutputLines.Where(line => line.Length > 0));
    }

    [Fact]
    public async Task A_node_that_could_not_be_asked_makes_it_partial()
    {
        script.Rebuilt = new RebuildCatalogResponse
        {
            Unreachable = { new ErrorDetail { Code = "AGENT_UNREACHABLE", Message = "n2: cannot be reached", WayOut = "start it", Node = "n2" } },
        };

        var run = await RunAsync("catalog", "rebuild");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("n2: cannot be reached", run.Error, StringComparison.Ordinal);
    }

    private Task<CommandRun> RunAsync(params string[] words) => CommandRun.OfAsync(server.Url, words);
}
