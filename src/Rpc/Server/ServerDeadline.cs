using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// The deadline of one call. When it passes it ends the response, then fires the call's token. Its owner disposes it
/// after the handler has returned, and so waits for an end that is under way.
/// </summary>
internal sealed class ServerDeadline : IAsyncDisposable
{
    private const int NoError = 0;
    private const int Cancel = 8;
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private static readonly TimeSpan TrailersTerm = TimeSpan.FromMilliseconds(500);
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly Func<Task> onPassed;
    private readonly CancellationTokenSource source = new();
    private readonly CancellationTokenRegistration onAborted;
    private readonly ITimer timer;
    private readonly DateTimeOffset at;
    private Task? struck;
    private bool isDisposed;

    public ServerDeadline(TimeProvider time, TimeSpan term, Func<Task> onPassed, CancellationToken requestAborted)
    {
        this.time = time;
        this.onPassed = onPassed;
        at = time.GetUtcNow() + term;
        onAborted = requestAborted.UnsafeRegister(static state => ((ServerDeadline)state!).Abort(), this);
        timer = time.CreateTimer(
            static state => ((ServerDeadline)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(term);
    }

    public DateTime At => at.UtcDateTime;

    /// <summary>
    /// Fires when the request is aborted or, after the response was ended, when the deadline has passed.
    /// </summary>
    public CancellationToken Token => source.Token;

    public bool HasStruck
    {
        get
        {
            lock (gate)
            {
                return struck is not null;
            }
        }
    }

    /// <summary>
    /// Sends what is written, then resets the stream, so that the client stops sending and nothing of a handler that goes
    /// on reaches it. The reset is no error when the trailers are out: HttpClient would forget them over a CANCEL while
    /// its request is open. A client that takes nothing gets the CANCEL alone.
    /// </summary>
    public static async Task FinishResponseAsync(HttpContext context)
    {
        var completion = context.Response.CompleteAsync();
        await Task.WhenAny(completion, Task.Delay(TrailersTerm, TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
        context.Features.Get<IHttpResetFeature>()?.Reset(completion.IsCompletedSuccessfully ? NoError : Cancel);
        Observe(completion);
    }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (gate)
        {
            isDisposed = true;
            running = struck;
        }

        await timer.DisposeAsync().ConfigureAwait(false);
        await onAborted.DisposeAsync().ConfigureAwait(false);
        if (running is not null)
        {
            // The source is left to the collector: callbacks of the application may still be running on it.
            await running.ConfigureAwait(false);
        }
    }

    private static void Observe(Task task) => _ = task.ContinueWith(
        static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private void Arm(TimeSpan term) => timer.Change(term < LongestTimer ? term : LongestTimer, Timeout.InfiniteTimeSpan);

    private void OnTimer()
    {
        lock (gate)
        {
            if (isDisposed || struck is not null)
            {
                return;
            }

            // Timers may be early, and reach no further than some weeks.
            var left = at - time.GetUtcNow();
            if (left > TimeSpan.Zero)
            {
                Arm(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left);
                return;
            }

            struck = Task.Run(StrikeAsync);
        }
    }

    private async Task StrikeAsync()
    {
        try
        {
            await onPassed().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection went away under the last words; the client has its own deadline.
        }
        finally
        {
            // Callbacks of the application run elsewhere: one that blocks must not keep the call from closing.
            Observe(source.CancelAsync());
        }
    }

    private void Abort()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }
        }

        source.Cancel();
    }
}
