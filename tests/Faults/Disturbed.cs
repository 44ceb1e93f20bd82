using Cairn.Faults.Hosts;
using Cairn.TestKit;
using Cairn.TestKit.Trees;
using Cairn.V1;

namespace Cairn.Faults;

/// <summary>One job that is disturbed: begun, caught where the trouble is wanted, and judged when it is over.</summary>
internal sealed class Disturbed(FaultSite site, JobKind kind)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private string point = "";
    private IReadOnlyList<TreeImage> before = [];

    /// <summary>
    /// Lets <paramref name="trouble"/> happen while node n2 stands right before a call, or after it was killed there; then has the job end, however it
    /// does, and looks whether everything is as it must be.
    /// </summary>
    public async Task RunAsync(KillPoint at, bool killThere, Func<Task> trouble)
    {
        await PrepareAsync();
        string job;
        await using (var trap = await Trap.SetAsync(site.Cairn.Agent("n2").Id, killThere, at.Call, at.Count))
        {
            job = await BeginAsync();
            await CaughtAsync(trap, job);
            await trouble();
        }

        await JudgeAsync(job);
    }

    private async Task CaughtAsync(Trap trap, string job)
    {
        var caught = trap.CaughtAsync();
        if (await Task.WhenAny(caught, site.EndOfAsync(job)) != caught && !caught.IsCompleted)
        {
            Assert.Fail($"it never came there: {await site.EndOfAsync(job)}\n{site.Cairn.Output()}");
        }

        await caught;
    }

    /// <summary>Everything that the job needs before it can begin.</summary>
    public async Task PrepareAsync()
    {
        if (kind is not JobKind.Backup)
        {
            point = kind == JobKind.Delete ? await site.BackUpAsync() : await site.AnyPointAsync();
        }

        site.Change();
        before = site.Images();
        if (kind is JobKind.Undo or JobKind.Discard)
        {
            var restored = await site.EndOfAsync(await site.BeginRestoreAsync(point));
            Assert.True(restored.State == JobState.Succeeded, $"{restored}\n{site.Cairn.Output()}");
        }
    }

    /// <summary>Begins it.</summary>
    public Task<string> BeginAsync() => kind switch
    {
        JobKind.Backup => site.BeginBackupAsync(),
        JobKind.Restore => site.BeginRestoreAsync(point),
        JobKind.RestoreAndStart => site.BeginRestoreAsync(point, stopAndStart: true),
        JobKind.Undo => site.BeginAftermathAsync(Aftermath.Undo),
        JobKind.Discard => site.BeginAftermathAsync(Aftermath.Discard),
        JobKind.Delete => site.BeginDeletionAsync(point),
        _ => throw new InvalidOperationException($"there is no job {kind}"),
    };

    /// <summary>Waits for its end, and says whether that was right.</summary>
    public async Task JudgeAsync(string begun)
    {
        var job = await site.EndOfAsync(begun);
        await site.RequireSoundAsync();
        await site.StopDatabasesAsync();
        switch (kind)
        {
            case JobKind.Backup when job.State == JobState.Succeeded:
                await site.RequireRestorableAsync(job.PointId);
                break;
            case JobKind.Restore or JobKind.RestoreAndStart:
                // A restore that started the databases, or failed to, has its data in place all the same.
                await StandsAsync(job, job.State == JobState.Succeeded ? [site.ContentOf(point)] : [before, site.ContentOf(point)]);
                await site.RequireRestorableAsync(point);
                break;
            case JobKind.Undo:
                await StandsAsync(await SucceededAsync(job), [before]);
                break;
            case JobKind.Discard:
                await StandsAsync(await SucceededAsync(job), [site.ContentOf(point)]);
                Assert.DoesNotContain(FaultSite.Nodes, node => Directory.Exists(site.At("db", node, ".cairn", "restore", job.RestoreJobId)));
                break;
            case JobKind.Delete:
                await SucceededAsync(job);
                await site.RequireDeletedAsync(point);
                await site.RequireRestorableAsync(await site.AnyPointAsync());
                break;
        }
    }

    // What goes to its end once it has begun is asked for again until it is there, as its message says.
    private async Task<Job> SucceededAsync(Job job)
    {
        for (var again = 1; job.State != JobState.Succeeded; again++)
        {
            Assert.True(again <= 3, $"{job}\n{site.Cairn.Output()}");
            job = await site.EndOfAsync(await BeginAsync());
            await site.RequireSoundAsync();
        }

        return job;
    }

    private Task StandsAsync(Job job, IReadOnlyList<IReadOnlyList<TreeImage>> allowed) => Eventually.HoldsAsync(
        "the live data of all nodes are all old or all new",
        _ => Task.FromResult(
            FaultSite.Nodes.All(node => Directory.Exists(site.At("db", node, "wal")) && Directory.Exists(site.At("db", node, "data")))
            && allowed.Any(wanted => wanted.Zip(site.Images()).All(pair => !pair.First.DifferencesTo(pair.Second).Any()))
                ? null
                : $"{job}\n{string.Join('\n', allowed[0].Zip(site.Images()).SelectMany(pair => pair.First.DifferencesTo(pair.Second)).Take(10))}"),
        Deadline,
        CancellationToken.None);
}
