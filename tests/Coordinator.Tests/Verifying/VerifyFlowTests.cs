using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Tests.Restores;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Verifying;

public sealed class VerifyFlowTests
{
    [Fact]
    public async Task A_sound_point_is_verified_by_every_node_reading_every_byte()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();

        var job = await VerifyAsync(cluster);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(job.Nodes.Select(node => node.Verify), result => Assert.Equal(10, result.Bytes));
        var request = (VerifyRequest)cluster["n1"].Memory.Received.Last().Request;
        Assert.Equal(VerifyLevel.Hash, request.Level);
    }

    [Fact]
    public async Task What_share_a_point_may_lose_reaches_every_node_and_a_point_that_lost_more_is_told_as_such()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.OnSuccess = (_, request, status) =>
        {
            if (request is VerifyRequest { HasMaxShrinkage: true })
            {
                status.Verify.Shrunk = new Shrinkage { Predecessor = "20261101T120000Z-3fa9c1", FilesBefore = 2, BytesBefore = 11 };
            }
        };

        var standard = await VerifyAsync(cluster);
        var strict = await cluster.EndOfAsync(await cluster.Client.VerifyBackupAsync(
            new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest", MaxShrinkage = 0 }));
        var refusal = await Refusal.OfAsync(cluster.Client.VerifyBackupAsync(
            new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest", MaxShrinkage = 1.5 }));

        Assert.DoesNotContain(standard.Events, happened => happened.Text.Contains("smaller", StringComparison.Ordinal));
        Assert.Equal("n2", Assert.Single(strict.Events, happened => happened.Text.Contains("much smaller than 2026", StringComparison.Ordinal)).Node);
        Assert.All(cluster.Agents, agent => Assert.Equal([false, true], agent.Memory.Received.Select(one => one.Request).OfType<VerifyRequest>().Select(one => one.HasMaxShrinkage)));
        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    [Fact]
    public async Task Damage_on_one_node_is_named_and_does_not_keep_the_others_from_verifying()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.OnSuccess = (_, _, status) =>
        {
            if (status.Verify is { } result)
            {
                result.Damage.Add(new Damage { File = "db/data/a", Offset = 4096, What = "hash differs" });
                result.DamageLeftOut = 4;
            }
        };

        var job = await VerifyAsync(cluster);

        Assert.Equal(("POINT_DAMAGED", "n2"), (job.Error.Code, job.Error.Node));
        Assert.Contains("in 5 places; the first: db/data/a at 4096", job.Error.Message, StringComparison.Ordinal);
        Assert.All(job.Nodes, node => Assert.NotNull(node.Verify));
    }

    [Fact]
    public async Task A_node_that_is_away_from_the_start_is_named_at_once_and_the_others_verify()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        await cluster["n3"].DieAsync();

        var job = await VerifyAsync(cluster);

        Assert.Equal(("AGENT_UNREACHABLE", "n3"), (job.Error.Code, job.Error.Node));
        Assert.Equal(["n1", "n2"], job.Nodes.Where(node => node.Verify is not null).Select(node => node.Node));
        Assert.DoesNotContain(job.Nodes, node => node.Node == "n3");
    }

    [Fact]
    public async Task A_list_of_points_names_the_nodes_that_could_not_be_asked()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        await cluster["n3"].DieAsync();

        var listed = await cluster.Client.ListBackupsAsync(new ListBackupsRequest { Cluster = TestCluster.Name });

        Assert.Single(listed.Points);
        Assert.Equal("n3", Assert.Single(listed.Unreachable).Node);
    }

    private static async Task<Job> VerifyAsync(TestCluster cluster) => await cluster.EndOfAsync(
        await cluster.Client.VerifyBackupAsync(new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest" }));
}
