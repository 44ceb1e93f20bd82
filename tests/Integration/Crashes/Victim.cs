using Cairn.Integration.Sites;

namespace Cairn.Integration.Crashes;

/// <summary>Kills one of Cairn's processes at a moment that is observed, not waited for by the clock.</summary>
internal static class Victim
{
    public const string Coordinator = "coordinator";
    private const int Tries = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Plays a story until its kill falls into the moment that it is about: on a busy machine a step may be over before the
    /// observer gets a turn, and such a run shows nothing.
    /// </summary>
    /// <param name="story">Plays it from the start in a directory of its own; false when the kill came too late.</param>
    public static async Task CatchAsync(Func<string, Task<bool>> story)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            using var directory = new TemporaryDirectory();
            if (await story(directory.Path))
            {
                return;
            }
        }

        Assert.Fail($"{Tries} times the step was over before the kill");
    }

    /// <summary>
    /// Waits until something is to be seen on disk or told by the job, kills, and returns when that was; null when the job
    /// was over before anything was seen, and then nothing is killed.
    /// </summary>
    /// <param name="site">The site.</param>
    /// <param name="victim">A node's name, for its agent, or <see cref="Coordinator"/>.</param>
    /// <param name="jobId">The job to be disturbed; when it ends before the moment, the moment never came.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="seen">Whether the moment has come.</param>
    public static async Task<DateTimeOffset?> KillWhenAsync(Site site, string victim, string jobId, string what, Func<bool> seen)
    {
        var start = TimeProvider.System.GetTimestamp();
        var end = site.WatchAsync(jobId, Site.HasEnded, Deadline);
        while (!seen())
        {
            if (end.IsCompletedSuccessfully)
            {
                return null;
            }

            if (end.IsCompleted || TimeProvider.System.GetElapsedTime(start) > Deadline)
            {
                throw new TimeoutException($"never seen: {what}; {await end}\n{site.Output()}");
            }

            // The moments are milliseconds long: this is as dense as a wait can be without taking a core.
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        var killed = TimeProvider.System.GetUtcNow();
        await (victim == Coordinator ? site.Cairn.KillCoordinatorAsync() : site.Cairn.KillAgentAsync(victim));

        // The watch ends with the coordinator or goes on; nobody needs it any more.
        _ = end.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
        return killed;
    }

    /// <summary>Starts it again, if it was killed.</summary>
    public static Task ReviveAsync(Site site, string victim, DateTimeOffset? killed) => killed is null
        ? Task.CompletedTask
        : victim == Coordinator
        ? site.Cairn.StartCoordinatorAsync(CancellationToken.None)
        : site.Cairn.StartAgentAsync(victim, CancellationToken.None);
}
