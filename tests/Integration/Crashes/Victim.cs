using Cairn.Integration.Sites;

namespace Cairn.Integration.Crashes;

/// <summary>Kills one of Cairn's processes at a moment that is observed, not waited for by the clock.</summary>
internal static class Victim
{
    public const string Coordinator = "coordinator";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>Waits until something is to be seen on disk or told by the job, kills, and returns when that was.</summary>
    /// <param name="site">The site.</param>
    /// <param name="victim">A node's name, for its agent, or <see cref="Coordinator"/>.</param>
    /// <param name="jobId">The job to be disturbed; when it ends before the moment, the moment never came.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="seen">Whether the moment has come.</param>
    public static async Task<DateTimeOffset> KillWhenAsync(Site site, string victim, string jobId, string what, Func<bool> seen)
    {
        var start = TimeProvider.System.GetTimestamp();
        var end = site.WatchAsync(jobId, Site.HasEnded, Deadline);
        while (!seen())
        {
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

    /// <summary>Starts it again.</summary>
    public static Task ReviveAsync(Site site, string victim) => victim == Coordinator
        ? site.Cairn.StartCoordinatorAsync(CancellationToken.None)
        : site.Cairn.StartAgentAsync(victim, CancellationToken.None);
}
