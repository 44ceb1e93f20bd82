using Cairn.Cli.Connecting;
using Cairn.Shared.Errors;
using Cairn.V1;
using Polly;
using Polly.Retry;

namespace Cairn.Cli.Jobs;

/// <summary>
/// Watches a job to its end, through restarts of the coordinator: jobs outlive it, so a watch that breaks is opened again,
/// for about two minutes at a time.
/// </summary>
internal sealed class JobWatcher
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    // 0.5 + 1 + 2 + 4 + 22 x 5 seconds of waiting: somewhat under two minutes.
    private const int MaxAttempts = 26;

    private readonly CoordinatorSession coordinator;
    private readonly TimeProvider time;
    private readonly Action<string> notice;
    private readonly ResiliencePipeline<Job?> attaching;

    /// <summary><paramref name="notice"/> is told one sentence when the coordinator is lost, and an empty one when it is back.</summary>
    public JobWatcher(CoordinatorSession coordinator, TimeProvider time, Action<string> notice)
    {
        this.coordinator = coordinator;
        this.time = time;
        this.notice = notice;
        attaching = new ResiliencePipelineBuilder<Job?> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<Job?>
            {
                ShouldHandle = new PredicateBuilder<Job?>().Handle<CairnException>(IsLost),
                BackoffType = DelayBackoffType.Exponential,
                Delay = FirstDelay,
                MaxDelay = LongestDelay,
                MaxRetryAttempts = MaxAttempts,
                UseJitter = false,
            })
            .Build();
    }

    /// <summary>Tells every state to <paramref name="onState"/>, on one thread at a time, and returns the last.</summary>
    /// <exception cref="CairnException">The coordinator stayed away, or knows the job no more.</exception>
    public async Task<Job> WatchAsync(string jobId, Action<Job> onState, CancellationToken cancellationToken)
    {
        while (true)
        {
            Job? ended;
            try
            {
                ended = await attaching.ExecuteAsync(
                    async token => await FollowAsync(jobId, onState, token), cancellationToken);
            }
            catch (CairnException failure) when (IsLost(failure))
            {
                throw new CairnException(
                    ErrorCode.CoordinatorUnreachable,
                    $"{coordinator.Target} did not come back within two minutes; the job {jobId} may still go on",
                    $"start the coordinator, then follow the job with 'cairn job watch {jobId}'",
                    subject: jobId,
                    cause: failure);
            }

            if (ended is not null)
            {
                return ended;
            }

            await Task.Delay(FirstDelay, time, cancellationToken);
        }
    }

    /// <summary>The job's last state; null when the watch broke after it had told something.</summary>
    private async Task<Job?> FollowAsync(string jobId, Action<Job> onState, CancellationToken cancellationToken)
    {
        var hasTold = false;
        try
        {
            var states = coordinator.ReadAsync(
                (client, options) => client.WatchJob(new WatchJobRequest { JobId = jobId }, options), cancellationToken);
            await foreach (var job in states)
            {
                if (!hasTold)
                {
                    notice("");
                    hasTold = true;
                }

                onState(job);
                if (JobOutcome.HasEnded(job))
                {
                    return job;
                }
            }
        }
        catch (CairnException failure) when (hasTold && IsLost(failure))
        {
            NoticeLoss();
            return null;
        }

        // The stream ended and the job did not: a coordinator that stops in good order closes its watches.
        NoticeLoss();
        return hasTold ? null : throw new CairnException(
            ErrorCode.CoordinatorUnreachable, $"{coordinator.Target} ended the watch", "see that it runs");
    }

    private void NoticeLoss() =>
        notice($"lost {coordinator.Target}; the job goes on, trying to reach it again for two minutes");

    private static bool IsLost(CairnException failure) => failure.Code == ErrorCode.CoordinatorUnreachable;
}
