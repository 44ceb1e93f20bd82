using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Agent.Roots;
using Cairn.Shared.Errors;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Restore;

/// <summary>
/// Decides, swaps, undoes and discards restores, one at a time. Each may be repeated and goes on from what is on disk;
/// what has been begun after DECIDED is finished, here or at the next start.
/// </summary>
internal sealed class RestoreDesk(
    AgentSettings settings,
    AgentJournal journal,
    RestoreJournal restores,
    StoppedProof stopped,
    ObjectRestore objects,
    ProcessTable processes,
    IStepHook hook,
    ILogger<RestoreDesk> logger) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly DirectorySwap swap = new(settings.Node, hook);
    private readonly DirectoryAddition addition = new(settings.Node, hook);

    /// <summary>Takes note that the coordinator has durably decided.</summary>
    public Task<TaskStatus> DecideAsync(DecideRequest request, CancellationToken cancellationToken) =>
        AloneAsync(
            () =>
            {
                Decide(request.Header.JobId, request.Header.Epoch);
                return Task.FromResult(new TaskStatus());
            },
            cancellationToken);

    /// <summary>Puts the staged directories in place.</summary>
    public Task<TaskStatus> SwapAsync(SwapRequest request, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var restore = restores.Require(request.Header.JobId);
                if (restore.State == RestoreState.Decided && restore.Epoch < request.Header.Epoch)
                {
                    restore = restores.Move(
                        restore, RestoreState.Decided, known => known with { Epoch = request.Header.Epoch });
                }

                restore = await SwapAsync(restore, cancellationToken);
                var result = new SwapResult();
                result.Notes.AddRange(restore.Parts.Where(part => part.AddedTo is not null).Select(part => $"{part.Target} is in place"));
                foreach (var part in restore.Parts.Where(part => part.AddedTo is null))
                {
                    var hasOld = NativeFiles.Look(part.Old).Kind == FileKind.Directory;
                    if (hasOld)
                    {
                        result.Old.Add(new DataRoot { Name = $"{part.Instance}/{part.Root}", Path = part.Old });
                    }

                    result.Notes.Add(part.Content
                        ? $"{part.Target} holds the point's data{(hasOld ? "" : "; nothing stood there before")}"
                        : $"{part.Target} is empty{(hasOld ? "; its old content is beside" : "")}");
                }

                return new TaskStatus { Swap = result };
            },
            cancellationToken);

    /// <summary>Puts the old directories back.</summary>
    public Task<TaskStatus> UndoAsync(UndoRequest request, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var restore = RequireOfCluster(request.RestoreJobId, request.Header.Cluster);
                if (restore.State == RestoreState.Undone)
                {
                    return new TaskStatus();
                }

                RequireNoLater(restore);
                if (restore.State != RestoreState.Undoing && restore.State is not (RestoreState.Decided or RestoreState.Swapped))
                {
                    throw RestoreJournal.Illegal(settings.Node, restore, "undo");
                }

                await RequireMayGoBackAsync(restore, request.ObjectsAbsent, cancellationToken);
                restore = Move(restore, RestoreState.Undoing, known => known with { Epoch = request.Header.Epoch });
                Undo(restore);
                return new TaskStatus();
            },
            cancellationToken);

    /// <summary>Frees what is beside: the stage before the swap, the old data after it, the new data after an undo.</summary>
    public Task<TaskStatus> DiscardAsync(DiscardRequest request, CancellationToken cancellationToken) =>
        AloneAsync(
            () =>
            {
                var jobId = request.RestoreJobId.Length == 0 ? request.Header.JobId : request.RestoreJobId;
                if (jobId == request.Header.JobId && restores.Find(jobId) is null)
                {
                    // The job is cleaned up everywhere, also where it never got to. A stage that comes late is refused.
                    restores.RecordDiscarded(jobId, request.Header.Cluster, request.Header.Epoch);
                    return Task.FromResult(new TaskStatus { Discard = new DiscardResult() });
                }

                var restore = RequireOfCluster(jobId, request.Header.Cluster);
                var freed = Discard(restore, cancellationToken);

                // What an earlier undo left of the same directories is of no use to anybody after this.
                foreach (var earlier in UndoneBefore(restore))
                {
                    freed += Discard(earlier, cancellationToken);
                }

                return Task.FromResult(new TaskStatus { Discard = new DiscardResult { BytesFreed = freed } });
            },
            cancellationToken);

    /// <summary>
    /// Goes on with a restore that was between two states when the agent died. Returns false when it waits for a decision; one
    /// that nobody but this host decides goes back while it is not decided.
    /// </summary>
    public Task<bool> GoOnAsync(string jobId, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var restore = restores.Require(jobId);
                switch (restore.State)
                {
                    case RestoreState.Decided:
                        RestoreLog.GoesOn(logger, jobId, restore.State.ToString());
                        await SwapAsync(restore, cancellationToken);
                        return true;
                    case RestoreState.Undoing:
                        RestoreLog.GoesOn(logger, jobId, restore.State.ToString());
                        await RequireMayGoBackAsync(restore, isVouchedFor: true, cancellationToken);
                        Undo(restore);
                        return true;
                    case RestoreState.Discarding:
                        RestoreLog.GoesOn(logger, jobId, restore.State.ToString());
                        Discard(restore, cancellationToken);
                        return true;
                    case RestoreState.Staging or RestoreState.Staged when restore.Offline:
                        RestoreLog.GoesOn(logger, jobId, restore.State.ToString());
                        Discard(restore, cancellationToken);
                        return true;
                    default:
                        return restore.State is not (RestoreState.Staging or RestoreState.Staged);
                }
            },
            cancellationToken);

    /// <summary>What an agent in doubt does once it knows: forward when it was decided, back when it was not.</summary>
    public Task<bool> SettleAsync(string jobId, bool decided, CancellationToken cancellationToken) =>
        AloneAsync(
            async () =>
            {
                var restore = restores.Require(jobId);
                if (restore.State is not (RestoreState.Staged or RestoreState.Staging))
                {
                    return true;
                }

                if (decided)
                {
                    await SwapAsync(Decide(jobId, restore.Epoch), cancellationToken);
                }
                else
                {
                    Discard(restore, cancellationToken);
                }

                return true;
            },
            cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private RestoreRecord Decide(string jobId, long epoch)
    {
        var restore = restores.Require(jobId);
        return restore.State is RestoreState.Decided or RestoreState.Swapped
            ? restore
            : Move(restore, RestoreState.Decided, known => known with { Epoch = epoch });
    }

    private async Task<RestoreRecord> SwapAsync(RestoreRecord restore, CancellationToken cancellationToken)
    {
        if (restore.State == RestoreState.Swapped)
        {
            return restore;
        }

        if (restore.State != RestoreState.Decided)
        {
            throw RestoreJournal.Illegal(settings.Node, restore, "swap");
        }

        if (restore.Objects.Count > 0)
        {
            // The database runs and does not know of what is added. Until it is told it goes on as if nothing were there.
            await objects.RequireAbsentAsync(restore, isVouchedFor: true, cancellationToken);
            addition.Place(restore, () => RequireEpoch(restore));
            return Move(restore, RestoreState.Swapped);
        }

        var returning = new ReturnWatch(settings.Node, processes);
        await stopped.RequireAllAsync(restore.Parts, cancellationToken);

        // From the first rename on it is finished, whatever the deadline: half a restore helps nobody.
        swap.Guard(restore, () => RequireEpoch(restore));
        RequireNoReturn(restore, returning);
        swap.Place(restore, () => RequireEpoch(restore));
        return Move(restore, RestoreState.Swapped);
    }

    // Between the proof and the last guard a database may have been started. It works in the directories that were moved aside,
    // so they go back to where it looks for them, and the swap is refused as if the proof had seen it.
    private void RequireNoReturn(RestoreRecord restore, ReturnWatch returning)
    {
        try
        {
            returning.RequireNone([.. restore.Parts.Select(part => part.Old)]);
        }
        catch (CairnException) when (!DirectorySwap.HasPlaced(restore))
        {
            swap.Back(restore, () => RequireEpoch(restore));
            throw;
        }
    }

    private Task RequireMayGoBackAsync(RestoreRecord restore, bool isVouchedFor, CancellationToken cancellationToken) => restore.Objects.Count > 0
        ? objects.RequireAbsentAsync(restore, isVouchedFor, cancellationToken)
        : stopped.RequireAllAsync(restore.Parts, cancellationToken);

    private void Undo(RestoreRecord restore)
    {
        if (restore.Objects.Count > 0)
        {
            addition.Withdraw(restore, () => RequireEpoch(restore));
        }
        else
        {
            swap.Back(restore, () => RequireEpoch(restore));
        }

        Move(restore, RestoreState.Undone);
    }

    private long Discard(RestoreRecord restore, CancellationToken cancellationToken)
    {
        if (restore.State == RestoreState.Discarded)
        {
            return 0;
        }

        var discarding = Move(restore, RestoreState.Discarding);
        long freed = 0;
        foreach (var directory in discarding.Parts
            .Select(part => SideDirectory.Restore(part.Beside(), restore.JobId)).Distinct())
        {
            hook.Before($"remove {directory}");
            freed += Tree.Remove(directory, cancellationToken);
            SideDirectory.RemoveEmpty(directory);
        }

        RemoveMadeParents(discarding);
        Move(discarding, RestoreState.Discarded);
        return freed;
    }

    // Made for targets that did not exist; they go again while they are empty.
    private static void RemoveMadeParents(RestoreRecord restore)
    {
        foreach (var parent in restore.MadeParents.Reverse())
        {
            NativeFiles.TryRemoveEmptyDirectory(parent);
        }
    }

    private List<RestoreRecord> UndoneBefore(RestoreRecord restore)
    {
        var targets = restore.Parts.Select(part => part.Target).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. restores.All().Where(other => other.State == RestoreState.Undone
                && other.Cluster == restore.Cluster
                && other.Created < restore.Created
                && other.Parts.All(part => targets.Contains(part.Target))),
        ];
    }

    private void RequireEpoch(RestoreRecord restore) => journal.Epochs.Admit(restore.Cluster, restore.Epoch);

    private RestoreRecord RequireOfCluster(string jobId, string cluster)
    {
        var restore = restores.Require(jobId);
        return restore.Cluster == cluster
            ? restore
            : throw new CairnException(
                ErrorCode.WrongCluster,
                $"restore {jobId} is of cluster '{restore.Cluster}', not of '{cluster}'",
                "name a restore of this cluster",
                settings.Node,
                jobId);
    }

    private void RequireNoLater(RestoreRecord restore)
    {
        var targets = restore.Parts.Select(part => part.Target).ToHashSet(StringComparer.Ordinal);
        var later = restores.All().FirstOrDefault(other => other.JobId != restore.JobId
            && other.Created > restore.Created
            && other.State is RestoreState.Decided or RestoreState.Swapped or RestoreState.Undoing
            && other.Parts.Any(part => targets.Contains(part.Target)));
        if (later is not null)
        {
            throw new CairnException(
                ErrorCode.NoSuchRestore,
                $"restore {later.JobId} has replaced the directories of restore {restore.JobId} since",
                "undo the later one first",
                settings.Node,
                restore.JobId);
        }
    }

    private RestoreRecord Move(
        RestoreRecord restore, RestoreState to, Func<RestoreRecord, RestoreRecord>? change = null)
    {
        hook.Before($"journal {to}");
        var moved = restores.Move(restore, to, change);
        RestoreLog.Moved(logger, moved.JobId, moved.State.ToString());
        return moved;
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }
}
