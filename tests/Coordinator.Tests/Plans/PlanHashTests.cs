using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using static Cairn.Coordinator.Tests.Restores.RestoreFlowTests;

namespace Cairn.Coordinator.Tests.Plans;

public sealed class PlanHashTests
{
    [Fact]
    public async Task A_plan_that_did_not_change_has_the_same_hash()
    {
        await using var cluster = await WithPointAsync();

        var first = await cluster.Client.PlanRestoreAsync(Latest());
        var second = await cluster.Client.PlanRestoreAsync(Latest());

        Assert.Matches("^[0-9a-f]{64}$", first.PlanHash);
        Assert.Equal(first.PlanHash, second.PlanHash);
    }

    [Fact]
    public async Task A_restore_whose_plan_was_of_another_point_is_refused_and_the_difference_named()
    {
        await using var cluster = await WithPointAsync();
        var seen = await cluster.Client.PlanRestoreAsync(Latest());
        await cluster.BackUpAsync();
        var newest = (await cluster.Client.PlanRestoreAsync(Latest())).Point.PointId;
        var request = Latest();
        request.PlanHash = seen.PlanHash;

        var job = await cluster.EndOfAsync(await cluster.Client.RunRestoreAsync(request));

        Assert.Equal("PLAN_CHANGED", job.Error.Code);
        Assert.Contains($"no longer 'restore cluster c1 to point {seen.Point.PointId}'", job.Error.Message, StringComparison.Ordinal);
        Assert.Contains($"now 'restore cluster c1 to point {newest}'", job.Error.Message, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.Empty(RestoreKinds(agent)));
    }

    [Fact]
    public async Task A_restore_whose_targets_changed_since_is_refused()
    {
        await using var cluster = await WithPointAsync();
        cluster["n2"].Script.Plan.Add("db/data: 5 files to /data/n2");
        var request = Latest();
        request.PlanHash = (await cluster.Client.PlanRestoreAsync(request)).PlanHash;
        cluster["n2"].Script.Plan[0] = "db/data: 5 files to /elsewhere";

        var job = await cluster.EndOfAsync(await cluster.Client.RunRestoreAsync(request));

        Assert.Equal("PLAN_CHANGED", job.Error.Code);
        Assert.Contains("now 'n2: db/data: 5 files to /elsewhere'", job.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_s_own_directories_do_not_make_another_plan_of_it()
    {
        await using var cluster = await WithPointAsync();
        cluster["n1"].Script.Plan.Add("the old directory goes to /d/.cairn/restore/JOB/old");

        var job = await cluster.RestoreAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("latest")]
    [InlineData("5FECEB66FFC86F38D952786C6D696C79C2DBC239DD4E91B46729D73A27FB57E9")]
    public async Task A_restore_without_the_hash_of_a_plan_is_refused_at_once(string hash)
    {
        await using var cluster = await WithPointAsync();
        var request = Latest();
        request.PlanHash = hash;

        var refusal = await Refusal.OfAsync(cluster.Client.RunRestoreAsync(request));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
        Assert.Contains("cairn restore plan", refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_plan_of_an_undo_is_no_plan_of_a_discard()
    {
        await using var cluster = await WithPointAsync();
        await cluster.RestoreAsync();
        var undo = await cluster.PlanAftermathAsync(Aftermath.Undo);

        var refusal = await Refusal.OfAsync(cluster.Client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = TestCluster.Name, PlanHash = undo.PlanHash }));

        Assert.Equal(ErrorCode.PlanChanged, refusal.Code);
    }

    [Fact]
    public async Task After_an_undo_a_discard_is_of_other_data_and_needs_to_be_seen_again()
    {
        await using var cluster = await WithPointAsync();
        await cluster.RestoreAsync();
        var seen = await cluster.PlanAftermathAsync(Aftermath.Discard);
        await cluster.EndOfAsync(await cluster.BeginUndoAsync());

        var refusal = await Refusal.OfAsync(cluster.Client.DiscardRestoreAsync(
            new DiscardRestoreRequest { Cluster = TestCluster.Name, PlanHash = seen.PlanHash }));
        var discard = await cluster.EndOfAsync(await cluster.BeginDiscardAsync());

        Assert.Equal(ErrorCode.PlanChanged, refusal.Code);
        Assert.Contains("it was undone", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, discard.State);
    }
}
