using Cairn.Agent.Tests.Plain;
using Cairn.V1;

namespace Cairn.Agent.Tests.Deleting;

public sealed class PointDeletionTests
{
    [Fact]
    public async Task A_deleted_point_is_gone_for_good_and_frees_what_was_said()
    {
        await using var agent = await TestAgent.StartAsync();
        var kept = await agent.BackUpAsync();
        var unwanted = await agent.BackUpAsync();
        var planned = await agent.Client.PlanDeleteAsync(new PlanDeleteRequest { PointId = unwanted.ToString() });

        var deleted = await agent.DoneAsync(agent.Client.DeleteAsync(
            new DeleteRequest { Header = agent.Header(TestAgent.NewJob()), PointId = unwanted.ToString() }));

        Assert.True(planned.Held);
        Assert.True(planned.BytesFreed > 0);
        Assert.Equal((planned.BytesFreed, planned.ChainDeleted), (deleted.Delete.BytesFreed, deleted.Delete.ChainDeleted));
        var left = await agent.Client.ListPointsAsync(new ListPointsRequest());
        Assert.Equal([kept.ToString()], left.Points.Select(point => point.PointId));
    }

    [Fact]
    public async Task An_incremental_outlives_the_full_that_it_was_built_on()
    {
        await using var agent = await TestAgent.StartAsync();
        var chain = Cairn.Repository.ChainId.New(TimeProvider.System.GetUtcNow());
        var full = await agent.BackUpAsync(chain: chain);
        var later = await agent.BackUpAsync(onto: full, chain: chain);
        var atBackup = Snapshot.Of(agent.Data);

        await agent.DoneAsync(agent.Client.DeleteAsync(
            new DeleteRequest { Header = agent.Header(TestAgent.NewJob()), PointId = full.ToString() }));
        var verified = await agent.DoneAsync(agent.Client.VerifyAsync(
            new VerifyRequest { Header = agent.Header(TestAgent.NewJob()), PointId = later.ToString(), Level = VerifyLevel.Restore }));
        agent.StopDatabase();
        await agent.RestoreAsync(later);

        Assert.Empty(verified.Verify.Damage);
        Assert.Equal(atBackup, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task A_point_that_was_never_here_is_deleted_too_so_that_it_cannot_come()
    {
        await using var agent = await TestAgent.StartAsync();
        var job = TestAgent.NewJob();
        var point = Cairn.Repository.PointId.New(TimeProvider.System.GetUtcNow());

        var planned = await agent.Client.PlanDeleteAsync(new PlanDeleteRequest { PointId = point.ToString() });
        var deleted = await agent.DoneAsync(agent.Client.DeleteAsync(
            new DeleteRequest { Header = agent.Header(TestAgent.NewJob()), PointId = point.ToString() }));
        await agent.CaptureAsync(job, point);
        var copied = await agent.EndOfAsync(await agent.Client.CopyAsync(agent.CopyRequest(job, point)));

        Assert.False(planned.Held);
        Assert.False(deleted.Delete.Held);
        Assert.Equal(TaskState.Failed, copied.State);
        Assert.Contains("it was deleted on this node", copied.Error.Message, StringComparison.Ordinal);
    }
}
