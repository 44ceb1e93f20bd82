using System.Collections.Concurrent;
using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Backup;

/// <summary>
/// Holds captures: opens them to steps and copies, keeps their leases, and ends them by command, lease, age or lack of
/// space. Whatever ends one, it is journaled as ended before anything of it is removed, and removal is tried until
/// nothing is left.
/// </summary>
internal sealed class CaptureDesk(
    AgentSettings settings,
    AgentJournal journal,
    CaptureDirectories directories,
    TimeProvider time,
    ILogger<CaptureDesk> logger)
{
    private readonly ConcurrentDictionary<string, CaptureHold> holds = new(StringComparer.Ordinal);

    /// <summary>
    /// Takes up what the journal says is held, and removes what no live capture owns. Called once, before commands come in.
    /// </summary>
    public async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        foreach (var record in journal.Captures.All().Where(record => !record.Removed))
        {
            holds[record.JobId] = new CaptureHold(record);
            await directories.ReleaseAsync(record, cancellationToken);
            if (record.Ended is not null)
            {
                await EndAsync(record.JobId, record.EndReason, record.Lost, cancellationToken);
            }
        }

        Sweep(cancellationToken);
    }

    /// <summary>
    /// Removes what stands in capture directories and belongs to no live capture: a database that was asked for a copy
    /// may write it only after the capture that asked has gone.
    /// </summary>
    public void Sweep(CancellationToken cancellationToken) => directories.Sweep(holds.ContainsKey, cancellationToken);

    /// <summary>Opens the capture for a step, and makes it when it is the job's first.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CaptureLost"/> when it has ended already.</exception>
    public async Task<CaptureUse> BeginAsync(CaptureRequest request, CancellationToken cancellationToken)
    {
        var jobId = request.Header.JobId;
        if (!holds.ContainsKey(jobId))
        {
            if (journal.Captures.Find(jobId) is { } ended)
            {
                throw LostFailure(settings.Node, jobId, ended.EndReason);
            }

            await EndOthersAsync(request.Header.Cluster, jobId, cancellationToken);
            Make(request);
        }

        var use = Use(jobId);
        try
        {
            directories.RequireSpace(use.Record);
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Opens the job's capture; dispose to let the lease run again.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.CaptureLost"/> when there is none any more.</exception>
    public CaptureUse Use(string jobId)
    {
        if (holds.TryGetValue(jobId, out var hold) && hold.Record.Ended is null && hold.TryEnter())
        {
            if (hold.Record.LeaseEnds > time.GetUtcNow() && hold.Record.MaxAgeEnds > time.GetUtcNow())
            {
                return new CaptureUse(hold, settings.Node);
            }

            hold.Leave();
        }

        var reason = journal.Captures.Find(jobId) is { } record
            ? record.EndReason.Length > 0 ? record.EndReason : "its lease has run out"
            : "this node holds none";
        throw LostFailure(settings.Node, jobId, reason);
    }

    /// <summary>The record of the job's capture, live or ended; null when there never was one.</summary>
    public CaptureRecord? Find(string jobId) =>
        holds.TryGetValue(jobId, out var hold) ? hold.Record : journal.Captures.Find(jobId);

    /// <summary>True while the job's capture lives and has nothing on disk of its own: the database holds its files for it.</summary>
    public bool HoldsDatabase(string jobId) => Find(jobId) is { Ended: null } record
        && record.Instances.Any(instance => instance.Roots.Any(root => !root.IsTaken));

    /// <summary>Changes a live capture's record, durably.</summary>
    public CaptureRecord Change(string jobId, Func<CaptureRecord, CaptureRecord> change)
    {
        var hold = holds.GetValueOrDefault(jobId)
            ?? throw LostFailure(settings.Node, jobId, "this node holds none");
        lock (hold.Changing)
        {
            var changed = change(hold.Record);
            journal.Captures.Put(jobId, changed);
            hold.Record = changed;
            return changed;
        }
    }

    /// <summary>Gives the lease a new term; the time at which it ends, or null when the capture has ended.</summary>
    public DateTimeOffset? Renew(string jobId, long leaseMs)
    {
        if (!holds.TryGetValue(jobId, out var hold) || hold.Record.Ended is not null)
        {
            return null;
        }

        var now = time.GetUtcNow();
        if (hold.Record.LeaseEnds <= now && !hold.InUse)
        {
            return null;
        }

        return Change(
            jobId, record => record with { LeaseMs = leaseMs, LeaseEnds = now + TimeSpan.FromMilliseconds(leaseMs) }).LeaseEnds;
    }

    /// <summary>Ends what has outlived its lease or age or lacks space, keeps what is in use, and removes leftovers.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (jobId, hold) in holds)
        {
            var record = hold.Record;
            if (record.Ended is not null)
            {
                await EndAsync(jobId, record.EndReason, record.Lost, cancellationToken);
            }
            else if (record.MaxAgeEnds <= now)
            {
                await EndAsync(
                    jobId, $"it is older than its maximum age ({now - record.Created:c})", lost: true, cancellationToken);
            }
            else if (CaptureDirectories.LackOfSpace(record) is { } lack)
            {
                await EndAsync(jobId, lack, lost: true, cancellationToken);
            }
            else if (hold.InUse)
            {
                // Half a lease is left before it is written again, so that a restart finds it alive.
                if (record.LeaseEnds - now < TimeSpan.FromMilliseconds(record.LeaseMs / 2))
                {
                    Renew(jobId, record.LeaseMs);
                }
            }
            else if (record.LeaseEnds <= now)
            {
                await EndAsync(
                    jobId,
                    $"its lease ran out at {record.LeaseEnds:u}: the coordinator did not renew it",
                    lost: true,
                    cancellationToken);
            }
        }
    }

    /// <summary>
    /// Ends the job's capture and removes what it took. Twice is once; a job without a capture is none to end.
    /// </summary>
    public async Task EndAsync(string jobId, string reason, bool lost, CancellationToken cancellationToken)
    {
        if (!holds.TryGetValue(jobId, out var hold))
        {
            return;
        }

        lock (hold.Changing)
        {
            if (hold.Record.Ended is null)
            {
                var ended = hold.Record with { Ended = time.GetUtcNow(), EndReason = reason, Lost = lost };
                journal.Captures.Put(jobId, ended);
                hold.Record = ended;
                if (lost)
                {
                    CaptureLog.Lost(logger, jobId, reason);
                }
                else
                {
                    CaptureLog.Ended(logger, jobId, reason);
                }
            }
        }

        await hold.CloseAsync(reason).WaitAsync(cancellationToken);
        await hold.Removing.WaitAsync(cancellationToken);
        try
        {
            await RemoveAsync(hold, cancellationToken);
        }
        finally
        {
            hold.Removing.Release();
        }
    }

    private async Task RemoveAsync(CaptureHold hold, CancellationToken cancellationToken)
    {
        var jobId = hold.Record.JobId;
        if (hold.Record.Removed)
        {
            return;
        }

        try
        {
            await directories.ReleaseAsync(hold.Record, cancellationToken);
            directories.Remove(hold.Record, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The watch tries again; what is left takes space but is in nobody's way.
            CaptureLog.NotRemoved(logger, failure, jobId);
            return;
        }

        lock (hold.Changing)
        {
            var removed = hold.Record with { Removed = true };
            journal.Captures.Put(jobId, removed);
            hold.Record = removed;
            holds.TryRemove(jobId, out _);
        }
    }

    /// <summary>The failure of whoever needed a capture that has ended.</summary>
    public static CairnException LostFailure(string node, string jobId, string reason, Exception? cause = null) => new(
        ErrorCode.CaptureLost,
        $"the capture of job {jobId} is gone: {reason}",
        "run the backup again; give it more time or space if that is what ended it",
        node,
        jobId,
        cause);

    private void Make(CaptureRequest request)
    {
        var jobId = request.Header.JobId;
        var now = time.GetUtcNow();
        var record = new CaptureRecord
        {
            JobId = jobId,
            Cluster = request.Header.Cluster,
            PointId = request.PointId,
            Created = now,
            LeaseMs = request.LeaseMs,
            LeaseEnds = now + TimeSpan.FromMilliseconds(request.LeaseMs),
            MaxAgeEnds = now + TimeSpan.FromMilliseconds(request.MaxAgeMs),
            FreeFloorBytes = Math.Max(request.FreeFloorBytes, settings.FreeFloorBytes),
            Cold = request.Cold,
            Instances = directories.Place(jobId, request.Engine),
        };
        directories.RequireSpace(record);

        // Journaled before the first directory is made, so that a crash in between leaves nothing that nobody knows.
        journal.Captures.Put(jobId, record);
        holds[jobId] = new CaptureHold(record);
        CaptureDirectories.Make(record);
    }

    private async Task EndOthersAsync(string cluster, string jobId, CancellationToken cancellationToken)
    {
        // The coordinator runs one job per cluster: whoever made these has been overtaken.
        foreach (var other in holds.Values.Where(hold => hold.Record.Cluster == cluster && hold.Record.JobId != jobId))
        {
            await EndAsync(other.Record.JobId, $"job {jobId} has taken the cluster over", lost: true, cancellationToken);
        }
    }
}
