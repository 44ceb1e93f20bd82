using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Restore;
using Cairn.Agent.Services;
using Cairn.Agent.Tasks;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Agent.Recovery;

/// <summary>
/// Restores this one node without a coordinator, with the machinery of every other restore: the same plan, stage, guard, swap,
/// journal and epochs. The decision is taken here and durable in the journal, so a crash at any moment ends all old before it
/// and all new after it, by the next command here or by the agent's next start.
/// </summary>
internal sealed class OfflineRestore(
    AgentSettings settings,
    AgentJournal journal,
    RestoreJournal restores,
    RestorePlanner planner,
    RestoreStage stage,
    RestoreDesk desk,
    ServiceDesk services,
    TimeProvider time)
{
    /// <summary>The caveat that stands over every recovery of one node of several.</summary>
    public const string OneNodeAlone = "one-node-alone";

    /// <summary>
    /// Finishes what was begun on this node before and is known how to end. Returns a sentence for each, and whether one of them
    /// was a recovery to <paramref name="point"/>, which is in place now.
    /// </summary>
    /// <exception cref="CairnException">It cannot be finished now, e.g. because an instance runs.</exception>
    public async Task<(IReadOnlyList<string> Told, bool IsInPlace)> FinishAsync(RecoveryPoint point, CancellationToken cancellationToken)
    {
        var told = new List<string>();
        var isInPlace = false;
        foreach (var restore in restores.Unfinished())
        {
            var finished = await desk.GoOnAsync(restore.JobId, cancellationToken);
            isInPlace |= restore is { Offline: true, State: RestoreState.Decided } && restore.PointId == point.Id.ToString();
            told.Add(finished
                ? $"restore {restore.JobId} was {Word(restore.State)}; it is {Word(restores.Require(restore.JobId).State)} now"
                : $"restore {restore.JobId} of a coordinator is {Word(restore.State)} and waits for its decision; 'recover discard --restore {restore.JobId}' removes it, live data untouched");
        }

        return (told, isInPlace);
    }

    /// <summary>Every check with its finding, and what would be done.</summary>
    public async Task<RestorePlan> PlanAsync(RecoveryPoint point, RecoveryTerms terms, CancellationToken cancellationToken)
    {
        var question = Question(point, terms, jobId: "");
        var planned = await planner.PlanAsync(question, cancellationToken);
        var plan = new RestorePlan
        {
            Cluster = question.Cluster,
            Point = point.Record.Summary,
            Checks = { Checks.Run("cluster-fit", settings.Node, () => RequireFit(point, terms)) },
            Nodes =
            {
                new NodePlan
                {
                    Node = settings.Node,
                    SourceNode = question.SourceNode,
                    MetadataHere = question.MetadataHere,
                    Precheck = RestorePlanner.ToResult(planned, settings.Node),
                },
            },
        };
        plan.Possible = plan.Checks.Concat(plan.Nodes[0].Precheck.Checks).All(check => check.Passed);
        return plan;
    }

    /// <summary>Stages, decides and swaps, and starts the instances when that is wanted; returns the restore's job.</summary>
    public async Task<(string JobId, SwapResult Swapped)> RunAsync(
        RecoveryPoint point, RecoveryTerms terms, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        RequireFit(point, terms);
        var jobId = JobId.New(time).ToString();
        var header = Header(jobId, point.Detail.Record.Cluster);
        if (terms.Stop)
        {
            await services.StopAllAsync(jobId, point.Detail.Record.Engine, cancellationToken);
        }

        await stage.RunAsync(Question(point, terms, jobId), header.Epoch, progress, cancellationToken);

        // From here it ends all new, whatever happens to this process.
        await desk.DecideAsync(new DecideRequest { Header = header }, cancellationToken);
        var swapped = await SwapAsync(header);
        if (terms.Start)
        {
            await services.StartAllAsync(jobId, point.Detail.Record.Engine, cancellationToken);
        }

        return (jobId, swapped);
    }

    /// <summary>Puts the old data of a restore back, of a coordinator's too; returns its job.</summary>
    public async Task<string> UndoAsync(string wanted, CancellationToken cancellationToken)
    {
        var restore = Find(
            wanted, "undone", state => state is RestoreState.Decided or RestoreState.Swapped or RestoreState.Undoing);
        await desk.UndoAsync(
            new UndoRequest { Header = Header(JobId.New(time).ToString(), restore.Cluster), RestoreJobId = restore.JobId },
            cancellationToken);
        return restore.JobId;
    }

    /// <summary>Removes what a restore left beside; returns its job and the bytes that are free again.</summary>
    public async Task<(string JobId, long BytesFreed)> DiscardAsync(string wanted, CancellationToken cancellationToken)
    {
        var restore = Find(
            wanted,
            "discarded",
            state => state is RestoreState.Staging or RestoreState.Staged or RestoreState.Swapped or RestoreState.Undone or RestoreState.Discarding);
        var done = await desk.DiscardAsync(
            new DiscardRequest { Header = Header(JobId.New(time).ToString(), restore.Cluster), RestoreJobId = restore.JobId },
            cancellationToken);
        return (restore.JobId, done.Discard.BytesFreed);
    }

    private static RestoreQuestion Question(RecoveryPoint point, RecoveryTerms terms, string jobId) => new(
        point.Detail.Record.Cluster,
        jobId,
        point.Id,
        point.SourceNode,
        terms.Metadata ?? point.HasMetadata,
        terms.AcceptedCaveats,
        terms.Parameters,
        WillStop: terms.Stop,
        WillStart: terms.Start,
        Offline: true);

    private string RequireFit(RecoveryPoint point, RecoveryTerms terms)
    {
        if (point.Others.Count == 0)
        {
            return "the point is of this node alone, so there is nothing that it could not fit";
        }

        var others = string.Join(", ", point.Others);
        return terms.AcceptedCaveats.Contains(OneNodeAlone)
            ? $"accepted: only the part of {point.SourceNode} is put back; {others} must be brought to the same point before any of them is started"
            : throw new CairnException(
                ErrorCode.CaveatNotAccepted,
                $"point {point.Id} is of {point.Others.Count + 1} nodes, and this puts back the part of {point.SourceNode} alone: it need not fit what {others} hold now",
                $"recover {others} to the same point too, before any instance is started, and say so: --accept-caveat {OneNodeAlone}",
                settings.Node,
                point.Id.ToString());
    }

    private async Task<SwapResult> SwapAsync(CommandHeader header)
    {
        try
        {
            return (await desk.SwapAsync(new SwapRequest { Header = header }, CancellationToken.None)).Swap;
        }
        catch (CairnException failure)
        {
            throw new CairnException(
                failure.Code,
                $"restore {header.JobId} is decided, but not in place: {failure.Message}",
                $"{failure.WayOut}; then repeat 'recover run', which finishes it, or go back: recover undo --restore {header.JobId}",
                failure.Node,
                failure.Subject);
        }
    }

    // Above everything that this node has seen: a coordinator that thinks it still drives the node is refused from here on.
    private CommandHeader Header(string jobId, string cluster)
    {
        var epoch = journal.Epochs.All.GetValueOrDefault(cluster) + 1;
        journal.Epochs.Admit(cluster, epoch);
        journal.Lock.Tell(jobId, epoch);
        return new CommandHeader { TaskId = TaskId.New(time).ToString(), JobId = jobId, Cluster = cluster, Epoch = epoch };
    }

    private RestoreRecord Find(string wanted, string done, Func<RestoreState, bool> isPossible)
    {
        if (wanted.Length > 0)
        {
            return restores.Require(wanted);
        }

        return restores.All().Where(restore => isPossible(restore.State)).MaxBy(restore => restore.Created)
            ?? throw new CairnException(
                ErrorCode.NoSuchRestore,
                $"this node has no restore that could be {done}",
                "see that --config names the state directory in which the restore was made",
                settings.Node);
    }

    private static string Word(RestoreState state) => state.ToString().ToLowerInvariant();
}
