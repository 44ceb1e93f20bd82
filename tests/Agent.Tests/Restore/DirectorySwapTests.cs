using Cairn.Agent.Native;
using Cairn.Agent.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Restore;

public sealed class DirectorySwapTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_swap_that_dies_before_any_step_ends_all_new_when_it_is_taken_up(bool canExchange)
    {
        ForEveryDeath(
            canExchange,
            prepare: _ => { },
            dying: SwapScene.Forward,
            afterwards: SwapScene.Forward,
            check: scene => scene.AssertAllNew());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_swap_that_dies_before_any_step_ends_all_old_when_it_is_undone(bool canExchange)
    {
        ForEveryDeath(
            canExchange,
            prepare: _ => { },
            dying: SwapScene.Forward,
            afterwards: SwapScene.Back,
            check: scene => scene.AssertAllOld());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_undo_that_dies_before_any_step_ends_all_old_when_it_is_taken_up(bool canExchange)
    {
        ForEveryDeath(
            canExchange,
            prepare: scene => SwapScene.Forward(scene, new FailingHook(-1, canExchange)),
            dying: SwapScene.Back,
            afterwards: SwapScene.Back,
            check: scene => scene.AssertAllOld());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_swap_that_dies_twice_at_any_two_steps_ends_all_new(bool canExchange)
    {
        for (var first = 0; ; first++)
        {
            for (var second = 0; ; second++)
            {
                using var scene = new SwapScene();
                var hook = new FailingHook(first, canExchange);
                Run(scene, SwapScene.Forward, hook);
                if (!hook.HasDied)
                {
                    Assert.True(first > 5, "the loop never let the swap die");
                    return;
                }

                var again = new FailingHook(second, canExchange);
                Run(scene, SwapScene.Forward, again);
                scene.AssertNoMixture();
                SwapScene.Forward(scene, new FailingHook(-1, canExchange));

                scene.AssertAllNew();
                if (!again.HasDied)
                {
                    break;
                }
            }
        }
    }

    [Fact]
    public void An_undo_keeps_the_new_directories_in_the_stage()
    {
        using var scene = new SwapScene();
        SwapScene.Forward(scene, new NoHook());

        SwapScene.Back(scene, new NoHook());

        Assert.Equal(scene.NewState, scene.Parts.Select(part => Snapshot.Of(part.Stage)));
    }

    [Fact]
    public void Until_all_parts_are_guarded_none_is_put_in_place()
    {
        using var scene = new SwapScene();
        var hook = new FailingHook(-1);

        SwapScene.Forward(scene, hook);

        var renames = hook.Steps.Where(step => step.StartsWith("exchange", StringComparison.Ordinal)
            || step.StartsWith("rename guard", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [
                $"exchange {scene.Parts[0].Target}",
                $"rename guard {scene.Parts[1].Target}",
                $"exchange {scene.Parts[2].Target}",
                .. scene.Parts.Select(part => $"exchange {part.Target}"),
            ],
            renames);
    }

    [Fact]
    public void A_directory_that_somebody_made_where_the_guard_stood_is_not_overwritten()
    {
        using var scene = new SwapScene();
        var hook = new FailingHook(4);
        Assert.Throws<SimulatedCrashException>(() => SwapScene.Forward(scene, hook));
        NativeFiles.Unlink(scene.Parts[0].Target);
        Directory.CreateDirectory(scene.Parts[0].Target);

        var refusal = Assert.Throws<CairnException>(() => SwapScene.Forward(scene, new NoHook()));

        Assert.Equal(ErrorCode.PathUnusable, refusal.Code);
        Assert.True(Directory.Exists(scene.Parts[0].Old));
        Assert.True(Directory.Exists(scene.Parts[0].Stage));
    }

    [Fact]
    public void An_epoch_that_was_overtaken_stops_it_before_the_next_rename()
    {
        using var scene = new SwapScene();

        var asked = 0;
        Assert.Throws<InvalidOperationException>(() => new DirectorySwap("node1", new NoHook()).Guard(
            scene.Restore, () => throw new InvalidOperationException($"overtaken at {asked++}")));

        Assert.Equal(1, asked);
        scene.AssertAllOld();
    }

    [Fact]
    public void The_guard_says_what_it_is_and_whose()
    {
        using var files = new TestDirectory();

        GuardFile.Write(files.At("guard"), "job-1");

        Assert.True(GuardFile.IsAt(files.At("guard"), "job-1"));
        Assert.False(GuardFile.IsAt(files.At("guard"), "job-2"));
        Assert.False(GuardFile.IsAt(files.Write("other", "text"), "job-1"));
        Assert.False(GuardFile.IsAt(files.Path, "job-1"));
    }

    private static void ForEveryDeath(
        bool canExchange,
        Action<SwapScene> prepare,
        Action<SwapScene, IStepHook> dying,
        Action<SwapScene, IStepHook> afterwards,
        Action<SwapScene> check)
    {
        for (var step = 0; ; step++)
        {
            using var scene = new SwapScene();
            prepare(scene);
            var hook = new FailingHook(step, canExchange);
            Run(scene, dying, hook);
            scene.AssertNoMixture();

            afterwards(scene, new FailingHook(-1, canExchange));

            check(scene);
            if (!hook.HasDied)
            {
                Assert.True(step > 5, "the loop never let it die");
                return;
            }
        }
    }

    private static void Run(SwapScene scene, Action<SwapScene, IStepHook> move, FailingHook hook)
    {
        try
        {
            move(scene, hook);
        }
        catch (SimulatedCrashException)
        {
            // What is on disk now is what the next start finds.
        }
    }
}
