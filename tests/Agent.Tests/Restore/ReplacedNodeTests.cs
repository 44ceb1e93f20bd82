using Cairn.Agent.Tests.Plain;
using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Tests.Restore;

/// <summary>node2 has taken the place of node1, which is gone but for its repository.</summary>
public sealed class ReplacedNodeTests
{
    [Fact]
    public async Task It_restores_the_lost_node_s_part_from_a_repository_that_it_was_given_beside_its_own()
    {
        await using var lost = await TestAgent.StartAsync();
        var (point, data) = await LoseAsync(lost);
        await using var agent = await TestAgent.StartAsync(agent =>
        {
            agent.NodeName = "node2";
            agent.RestoreFrom = [lost.Files.At("repository")];
        });
        var own = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/one.tssp", "of the new host");
        agent.StopDatabase();

        var listed = await agent.Client.ListPointsAsync(new ListPointsRequest());
        await agent.RestoreAsync(point);

        Assert.Equal([own.Text], listed.Points.Select(known => known.PointId));
        Assert.Equal([("node1", point.Text)], listed.Borrowed.Select(known => (known.SourceNode, known.Record.Summary.PointId)));
        Assert.Equal(data, Contents(agent));
    }

    [Fact]
    public async Task It_restores_the_lost_node_s_part_from_its_repository_that_was_moved_here()
    {
        await using var lost = await TestAgent.StartAsync();
        var (point, data) = await LoseAsync(lost);
        await using var agent = await TestAgent.StartAsync(agent =>
        {
            agent.NodeName = "node2";
            agent.Repository = lost.Files.At("repository");
        });
        agent.Files.Write("db/data/a/one.tssp", "of the new host");
        agent.StopDatabase();

        await agent.RestoreAsync(point);

        Assert.Equal(data, Contents(agent));
    }

    [Fact]
    public async Task Another_node_s_part_is_not_taken_for_its_own()
    {
        await using var lost = await TestAgent.StartAsync();
        var (point, _) = await LoseAsync(lost);
        await using var agent = await TestAgent.StartAsync(agent =>
        {
            agent.NodeName = "node2";
            agent.Repository = lost.Files.At("repository");
        });
        agent.StopDatabase();
        var request = agent.StageRequest(TestAgent.NewJob(), point);
        request.SourceNode = "node2";

        var refusal = await agent.RefusedAsync(agent.Client.StageAsync(request));

        Assert.Equal("TOPOLOGY_MISMATCH", refusal.Code);
        Assert.Contains("holds the part of node 'node1', not of 'node2'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_cannot_be_used_is_named_and_hides_nothing_of_the_node_s_own()
    {
        await using var agent = await TestAgent.StartAsync(agent => agent.RestoreFrom = [agent.Files.At("nothing", "there")]);
        var own = await agent.BackUpAsync();

        var listed = await agent.Client.ListPointsAsync(new ListPointsRequest());

        Assert.Equal([own.Text], listed.Points.Select(known => known.PointId));
        Assert.Contains(agent.Files.At("nothing", "there"), Assert.Single(listed.Damaged).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_point_that_was_deleted_here_is_told_as_such()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        await agent.StopAsync();
        await using (var repository = await LocalRepository.OpenOrCreateAsync(
            agent.Files.At("repository"), new RepositoryOptions(), CancellationToken.None))
        {
            await repository.DeletePointAsync(point, CancellationToken.None);
        }

        await agent.StartAgainAsync();
        var listed = await agent.Client.ListPointsAsync(new ListPointsRequest());

        Assert.Empty(listed.Points);
        Assert.Equal([point.Text], listed.Deleted.Select(deleted => deleted.PointId));
    }

    private static async Task<(PointId Point, IReadOnlyList<string> Data)> LoseAsync(TestAgent lost)
    {
        var point = await lost.BackUpAsync();
        var data = Contents(lost);
        await lost.StopAsync();
        Directory.Delete(lost.Files.At("db"), recursive: true);
        return (point, data);
    }

    private static IReadOnlyList<string> Contents(TestAgent agent) => Snapshot.Of(agent.Data);
}
