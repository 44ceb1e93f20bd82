using Cairn.Cli.CommandLine;
using Cairn.Cli.Terminal;
using Cairn.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cairn.Cli.Jobs;

/// <summary>
/// Follows a job to its end on the screen: a page that is redrawn on a terminal, a line per change elsewhere, nothing
/// for scripts.
/// </summary>
internal sealed class JobFollower(Invocation invocation)
{
    private static readonly TimeSpan RedrawInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The job as it ended. <paramref name="onState"/> is told every state when the output is for scripts.
    /// </summary>
    public async Task<Job> FollowAsync(Job job, Action<Job> onState, CancellationToken cancellationToken)
    {
        try
        {
            return (invocation.Format, invocation.Console.IsTerminal) switch
            {
                (OutputFormat.Json, _) => await Watcher(_ => { }).WatchAsync(job.JobId, onState, cancellationToken),
                (_, true) => await RedrawAsync(job, cancellationToken),
                _ => await PrintLinesAsync(job, cancellationToken),
            };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            invocation.Console.ErrorLine(
                $"cairn: no longer waiting; the job goes on, 'cairn job watch {job.JobId}' follows it");
            throw;
        }
    }

    private async Task<Job> PrintLinesAsync(Job job, CancellationToken cancellationToken)
    {
        var console = invocation.Console;
        var news = new JobLines(invocation.Time);
        console.Line($"job {job.JobId}");
        return await Watcher(TellNotice).WatchAsync(
            job.JobId,
            state =>
            {
                foreach (var line in news.News(state))
                {
                    console.Line(line);
                }
            },
            cancellationToken);

        void TellNotice(string notice)
        {
            if (notice.Length > 0)
            {
                console.ErrorLine($"cairn: {notice}");
            }
        }
    }

    private async Task<Job> RedrawAsync(Job job, CancellationToken cancellationToken)
    {
        var notice = "";
        var latest = job;
        var rates = new RateMeter(invocation.Time);
        var watching = Watcher(text => Volatile.Write(ref notice, text)).WatchAsync(
            job.JobId, state => Volatile.Write(ref latest, state), cancellationToken);
        invocation.Console.Line($"job {job.JobId}");
        await invocation.Console.Output.Live(Page(job)).StartAsync(async live =>
        {
            while (!watching.IsCompleted)
            {
                Redraw(live);
                await Task.WhenAny(watching, Task.Delay(RedrawInterval, invocation.Time, cancellationToken));
            }

            Redraw(live);
        });
        return await watching;

        void Redraw(LiveDisplayContext live)
        {
            var state = Volatile.Read(ref latest);
            rates.Observe(state);
            live.UpdateTarget(Page(state));
        }

        IRenderable Page(Job state) => JobProgressView.Show(state, rates, invocation.Time.GetUtcNow(), Volatile.Read(ref notice));
    }

    private JobWatcher Watcher(Action<string> notice) => new(invocation.Coordinator, invocation.Time, notice);
}
