using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using static Cairn.Coordinator.Tests.Restores.RestoreFlowTests;

namespace Cairn.Coordinator.Tests.Restores;

public sealed class UndoAndDiscardTests
{
    [Fact]
    public async Task An_undo_puts_the_old_data_of_the_last_restore_back_on_every_node()
    {
        await using var cluster = await WithPointAsync();
        var restore = await cluster.RestoreAsync();

        var undo = await UndoAsync(cluster);

        Assert.True(undo.State == JobState.Succeeded, undo.ToString());
        Assert.Equal(restore.JobId, undo.RestoreJobId);
        Assert.All(cluster.Agents, agent => Assert.Equal("undone", agent.Memory.Restores[restore.JobId]));
    }

    [Fact]
    public async Task What_is_undone_cannot_be_undone_again_but_another_restore_and_its_discard_can_follow()
    {
        await using var cluster = await WithPointAsync();
        await cluster.RestoreAsync();
        await UndoAsync(cluster);

        var again = await Refusal.OfAsync(
            cluster.Client.UndoRestoreAsync(new UndoRestoreRequest { Cluster = TestCluster.Name }));
        var second = await cluster.RestoreAsync();
        var discard = await DiscardAsync(cluster);

        Assert.Equal(ErrorCode.NoSuchRestore, again.Code);
        Assert.Equal(second.JobId, discard.RestoreJobId);
        Assert.Contains(discard.Events, said => said.Text.StartsWith("15 bytes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_discarded_cannot_be_undone_any_more()
    {
        await using var cluster = await WithPointAsync();
        var restore = await cluster.RestoreAsync();
        await DiscardAsync(cluster);

        var refusal = await Refusal.OfAsync(cluster.Client.UndoRestoreAsync(
            new UndoRestoreRequest { Cluster = TestCluster.Name, RestoreJobId = restore.JobId }));

        Assert.Equal(ErrorCode.NoSuchRestore, refusal.Code);
        Assert.Contains("discarded", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_coordinator_finds_the_restore_by_what_the_agents_have_beside()
    {
        await using var cluster = await TestCluster.StartAsync();
        var restore = Guid.CreateVersion7().ToString();
        foreach (var agent in cluster.Agents)
        {
            agent.Memory.Restores[restore] = "swapped";
        }

        var undo = await UndoAsync(cluster);

        Assert.True(undo.State == JobState.Succeeded, undo.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal("undone", agent.Memory.Restores[restore]));
    }

    [Theory]
    [InlineData("undo")]
    [InlineData("discard")]
    public async Task A_new_coordinator_touches_no_remnant_while_an_agent_cannot_say_whether_it_has_a_part(string what)
    {
        await using var cluster = await TestCluster.StartAsync();
        var restore = Guid.CreateVersion7().ToString();
        foreach (var agent in cluster.Agents)
        {
            agent.Memory.Restores[restore] = "swapped";
        }

        await cluster["n3"].DieAsync();

        var refusal = await Refusal.OfAsync(what == "undo"
            ? cluster.Client.UndoRestoreAsync(new UndoRestoreRequest { Cluster = TestCluster.Name })
            : cluster.Client.DiscardRestoreAsync(new DiscardRestoreRequest { Cluster = TestCluster.Name }));

        Assert.Equal((ErrorCode.AgentUnreachable, "n3"), (refusal.Code, refusal.Node));
        Assert.Equal("swapped", cluster["n1"].Memory.Restores[restore]);
    }

    [Fact]
    public async Task An_undo_with_a_node_away_is_refused_before_anything_is_touched()
    {
        await using var cluster = await WithPointAsync();
        var restore = await cluster.RestoreAsync();
        await cluster["n3"].DieAsync();

        var undo = await UndoAsync(cluster);

        Assert.Equal(("AGENT_UNREACHABLE", "n3"), (undo.Error.Code, undo.Error.Node));
        Assert.Equal("swapped", cluster["n1"].Memory.Restores[restore.JobId]);
    }

    private static async Task<Job> UndoAsync(TestCluster cluster) =>
        await cluster.EndOfAsync(await cluster.BeginUndoAsync());

    private static async Task<Job> DiscardAsync(TestCluster cluster) =>
        await cluster.EndOfAsync(await cluster.BeginDiscardAsync());
}
