using Cairn.Agent.Journal;
using Cairn.Agent.Recovery;
using Cairn.Agent.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.Agent.Tests.Restore;
using Cairn.Repository;
using Cairn.V1;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Agent.Tests.Recovery;

/// <summary>A recovery that dies before any of its steps.</summary>
public sealed class RecoveryCrashTests
{
    private static readonly RecoveryTerms Terms = new([], Metadata: true, Stop: false, Start: false, []);

    [Fact]
    public async Task A_recovery_that_dies_anywhere_is_finished_or_taken_back_by_the_next()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var point = await ReadAsync(scene);
        var ends = new HashSet<string>();
        for (var step = 0; ; step++)
        {
            scene.Agent.Files.Write("db/data/a/later.tssp", $"written before try {step}");
            var before = scene.DataBefore;
            var hook = new FailingHook(step);
            await DyingAsync(scene, hook, recovery => recovery.RunAsync(point, Terms, new Progress<Progress>(), CancellationToken.None));

            await using (var next = await BuildAsync(scene, new NoHook()))
            {
                await next.GetRequiredService<OfflineRestore>().FinishAsync(point, CancellationToken.None);
                Assert.Empty(next.GetRequiredService<RestoreJournal>().Unfinished());
            }

            ends.Add(scene.DataBefore.SequenceEqual(before) ? "old" : "new");
            Assert.True(scene.DataBefore.SequenceEqual(before) || scene.DataBefore.SequenceEqual(scene.DataAtBackup), $"a mixture after step {step}");
            await DiscardAllAsync(scene);
            if (!hook.HasDied)
            {
                break;
            }
        }

        Assert.Equal(["new", "old"], ends.Order());
    }

    [Fact]
    public async Task An_agent_that_starts_after_a_recovery_died_takes_back_what_was_not_decided()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var point = await ReadAsync(scene);
        var before = scene.DataBefore;
        await DyingAsync(scene, new FailingHook(0), recovery => recovery.RunAsync(point, Terms, new Progress<Progress>(), CancellationToken.None));
        Assert.True(Directory.Exists(scene.Agent.Files.At("db", ".cairn")));

        await scene.Agent.StartAgainAsync();

        Assert.False(Directory.Exists(scene.Agent.Files.At("db", ".cairn")));
        Assert.Equal(before, scene.DataBefore);
        Assert.Empty((await scene.Agent.Client.DescribeAsync(new DescribeRequest())).Remnants);
    }

    [Fact]
    public async Task A_discard_that_dies_anywhere_is_finished_and_leaves_nothing_beside()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var point = await ReadAsync(scene);
        for (var step = 0; ; step++)
        {
            await using (var services = await BuildAsync(scene, new NoHook()))
            {
                await services.GetRequiredService<OfflineRestore>().RunAsync(point, Terms, new Progress<Progress>(), CancellationToken.None);
            }

            var hook = new FailingHook(step);
            await DyingAsync(scene, hook, recovery => recovery.DiscardAsync("", CancellationToken.None));

            await DiscardAllAsync(scene);

            Assert.False(Directory.Exists(scene.Agent.Files.At("db", ".cairn")));
            Assert.Equal(scene.DataAtBackup, scene.DataBefore);
            if (!hook.HasDied)
            {
                Assert.True(step > 1, "the loop never let it die");
                return;
            }
        }
    }

    [Fact]
    public async Task A_recovery_takes_an_epoch_above_all_that_the_node_has_seen()
    {
        await using var scene = await RecoveryScene.MakeAsync();
        var point = await ReadAsync(scene);
        await using (var journal = await BuildAsync(scene, new NoHook()))
        {
            journal.GetRequiredService<AgentJournal>().Epochs.Admit(TestAgent.Cluster, 41);
        }

        await using var services = await BuildAsync(scene, new NoHook());
        await services.GetRequiredService<OfflineRestore>().RunAsync(point, Terms, new Progress<Progress>(), CancellationToken.None);

        Assert.Equal(42, services.GetRequiredService<AgentJournal>().Epochs.All[TestAgent.Cluster]);
    }

    private static Task<ServiceProvider> BuildAsync(RecoveryScene scene, IStepHook hook) =>
        RecoveryHost.BuildAsync(scene.Agent.Settings(), TimeProvider.System, hook, CancellationToken.None);

    private static async Task DyingAsync(RecoveryScene scene, FailingHook hook, Func<OfflineRestore, Task> act)
    {
        await using var services = await BuildAsync(scene, hook);
        try
        {
            await act(services.GetRequiredService<OfflineRestore>());
        }
        catch (SimulatedCrashException)
        {
            // What is on disk now is what the next one finds.
        }
    }

    private static async Task DiscardAllAsync(RecoveryScene scene)
    {
        await using var services = await BuildAsync(scene, new NoHook());
        var restores = services.GetRequiredService<RestoreJournal>();
        foreach (var restore in restores.All().Where(restore => restore.State != RestoreState.Discarded).ToList())
        {
            await services.GetRequiredService<OfflineRestore>().DiscardAsync(restore.JobId, CancellationToken.None);
        }
    }

    private static async Task<RecoveryPoint> ReadAsync(RecoveryScene scene)
    {
        await using var repository = await LocalRepository.OpenOrCreateAsync(
            scene.Agent.Files.At("repository"), new RepositoryOptions { ReadOnly = true }, CancellationToken.None);
        return await RecoveryPoint.ReadAsync(repository, scene.Point, CancellationToken.None);
    }
}
