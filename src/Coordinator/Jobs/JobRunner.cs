using System.Collections.Concurrent;
using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Coordinator.Jobs;

/// <summary>
/// Runs jobs, one per cluster: whoever is refused the cluster's lock is refused the job. At start it takes up the jobs that
/// the last process left; at stop it leaves its own for the next one.
/// </summary>
internal sealed class JobRunner(
    CoordinatorCatalog catalog,
    JobBoard board,
    IEnumerable<IJobFlow> flows,
    AuditLog audit,
    TimeProvider time,
    ILogger<JobRunner> logger) : IHostedService, IDisposable
{
    private readonly Dictionary<JobKind, IJobFlow> flowByKind = flows.ToDictionary(flow => flow.Kind);
    private readonly ConcurrentDictionary<JobId, (RunningJob Job, Task Run)> running = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Takes up what the last process left.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var job in catalog.Jobs.Unfinished())
        {
            JobLog.Adopted(logger, job.Id, job.Cluster);
            Begin(job, adopted: true, "the coordinator was restarted; the job is taken up again");
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes the cluster's lock and starts the job; returns it as it is then.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>.</exception>
    public Job Start(JobRecord job, long highestEpoch)
    {
        ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
        var locked = catalog.Jobs.Create(job, highestEpoch);
        return Begin(locked, adopted: false, why: "").Look().State;
    }

    /// <summary>Gives a running job up; returns it as it is then.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CannotCancel"/>.</exception>
    public Job Cancel(JobId id, string by)
    {
        if (!running.TryGetValue(id, out var found))
        {
            throw new CairnException(
                ErrorCode.CannotCancel, $"job {id} has ended", "'cairn job show' tells how", subject: id.ToString());
        }

        return flowByKind[found.Job.Kind].CanBeCancelled
            ? found.Job.Cancel(by)
            : throw new CairnException(
                ErrorCode.CannotCancel,
                $"job {id} is {(found.Job.Kind == JobKind.Undo ? "an undo" : $"a {found.Job.Kind.Word()}")}, which goes to its end once it has begun",
                $"wait for it: cairn job watch {id}",
                subject: id.ToString());
    }

    /// <summary>Goes on with a job that failed and whose captures are kept; returns it as it is then.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CannotResume"/>, <see cref="ErrorCode.ClusterLocked"/>.</exception>
    public Job Resume(JobId id, long highestEpoch, string by)
    {
        ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, this);
        var resumed = catalog.Jobs.TryResume(id, highestEpoch, time.GetUtcNow())
            ?? throw CannotResume.Because(catalog.Jobs.Find(id) ?? throw JobBoard.Unknown(id.ToString()));
        return Begin(resumed, adopted: true, by.Length == 0 ? "it was resumed" : $"{by} resumed it").Look().State;
    }

    /// <summary>
    /// Ends a job wherever it is, because somebody broke its lock. What it has decided stays decided and owed; what it has not is
    /// called off.
    /// </summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownJob"/>: it does not run.</exception>
    public async Task BreakAsync(JobId id, string by, CancellationToken cancellationToken)
    {
        if (!running.TryGetValue(id, out var found))
        {
            throw new CairnException(
                ErrorCode.UnknownJob, $"job {id} does not run", "'cairn cluster show' tells who holds the lock", subject: id.ToString());
        }

        found.Job.Break(by);
        await found.Run.WaitAsync(cancellationToken);
    }

    /// <summary>Leaves all jobs where they are; they are taken up at the next start.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running.Values.Select(job => job.Run)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => stopping.Dispose();

    private LiveJob Begin(JobRecord record, bool adopted, string why)
    {
        var shown = board.Add(record);
        var job = new RunningJob(record, shown, catalog.Jobs, time, logger, adopted);
        if (adopted)
        {
            job.Note(why);
        }

        var registered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A job is not part of the call that asked for it; its logs must not carry that call's scope.
        using (ExecutionContext.SuppressFlow())
        {
            running[record.Id] = (job, Task.Run(
                () => RunAsync(job, shown, flowByKind[record.Kind], registered.Task), CancellationToken.None));
        }

        registered.SetResult();
        return shown;
    }

    private async Task RunAsync(RunningJob job, LiveJob shown, IJobFlow flow, Task registered)
    {
        await registered;
        try
        {
            await EndWithAsync(job, flow);
        }
        catch (Exception failure)
        {
            // Not even its end could be recorded (the catalog's disk is full, say): the next start takes it up.
            JobLog.Defect(logger, failure, job.Id, job.Cluster);
        }
        finally
        {
            board.Remove(job.Id, shown);
            Forget(job);
            job.Dispose();
        }
    }

    // Unless it was resumed meanwhile: its end was told before.
    private void Forget(RunningJob job)
    {
        if (running.TryGetValue(job.Id, out var now) && ReferenceEquals(now.Job, job))
        {
            running.TryRemove(new KeyValuePair<JobId, (RunningJob, Task)>(job.Id, now));
        }
    }

    private async Task EndWithAsync(RunningJob job, IJobFlow flow)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, job.Broken);
            var state = await flow.RunAsync(job, either.Token);
            End(job, state, error: null);
        }
        catch (Exception) when (job.Broken.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            if (job.Decision == JobDecision.None)
            {
                flow.Abandon(job);
            }

            End(job, JobState.Failed, job.LockBroken().ToDetail());
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Not an end, whatever it was: the flow could not clean up any more. The catalog still holds the job, and the
            // next start runs it again.
        }
        catch (CairnException failure)
        {
            End(job, failure.Code == ErrorCode.JobCancelled ? JobState.Cancelled : JobState.Failed, failure.ToDetail());
        }
        catch (Exception failure)
        {
            JobLog.Defect(logger, failure, job.Id, job.Cluster);
            End(job, JobState.Failed, new CairnException(
                ErrorCode.Internal,
                "the job failed inside the coordinator",
                "look into the coordinator's log; the entry names the job").ToDetail());
        }
    }

    // In this order: a job that ended unaudited would be missed; one that is audited twice, because the process died in
    // between, is seen to be the same.
    private void End(RunningJob job, JobState state, ErrorDetail? error)
    {
        try
        {
            audit.Append(
                AuditKind.JobEnded,
                job.AskedBy.Length == 0 ? "" : $"user {job.AskedBy}",
                address: null,
                job.Kind.Word(),
                $"cluster={job.Cluster} job_id={job.Id}",
                error?.Code ?? state.ToString().ToLowerInvariant());
        }
        catch (CairnException failure)
        {
            // The job is over whether or not that can be written down, and must not keep its cluster's lock.
            JobLog.NotAudited(logger, job.Id, job.Cluster, failure.Message);
        }

        job.End(state, error);
    }
}
