using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Topology;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Restores;

/// <summary>
/// The end of a restore of objects into a cluster that runs, once their files are in place everywhere: the node that leads the metadata tells the
/// database, once. When it is known that the database has not taken them, their files are taken out again on all nodes, and the cluster is as before;
/// when that is not known, they stay, and the job says so.
/// </summary>
internal sealed class ObjectAdoption(CoordinatorCatalog catalog, ClusterSurvey survey, NodeTasks tasks, CoordinatorLimits limits)
{
    private const int MaxAttempts = 3;

    // The database may have been told, or is in other hands by now.
    private static readonly ErrorCode[] Unclear =
    [
        ErrorCode.AdoptionUnclear, ErrorCode.AgentUnreachable, ErrorCode.DeadlineExceeded, ErrorCode.TaskLost, ErrorCode.Interrupted, ErrorCode.Internal,
        ErrorCode.StaleEpoch,
    ];

    /// <summary>The node that leads the role whose metadata the database keeps its objects in; null when none does.</summary>
    public static string? LeaderOf(ClusterTopology topology) =>
        topology.Steps.FirstOrDefault(step => step.ClusterMetadata)?.LeaderRole is { Length: > 0 } role && topology.Leaders.TryGetValue(role, out var leader)
            ? leader.Node
            : null;

    /// <summary>Refuses when the cluster is not what it was when the restore was planned; nothing is in place yet.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.LeaderMoved"/>, and what stands in the way by then.</exception>
    public async Task<bool> RequireSameLeaderAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        var topology = await LookAsync(job, cancellationToken);
        topology.RequireSound();
        return LeaderOf(topology) == notes.Adoption!.Node ? true : throw new CairnException(
            ErrorCode.LeaderMoved,
            $"{LeaderOf(topology)} leads the metadata of cluster '{job.Cluster}' now, {notes.Adoption.Node} did when the restore was planned",
            "run it again when the cluster keeps its leader",
            LeaderOf(topology));
    }

    /// <summary>Has the database told, and cleans up; goes on from what the job's notes say.</summary>
    /// <exception cref="CairnException">Why the database has not taken the objects, or that it is not known whether it has.</exception>
    public async Task<JobState> FinishAsync(RunningJob job, CancellationToken cancellationToken)
    {
        var notes = job.ReadPlan<RestoreNotes>()!;
        if (notes.Adoption is { Done: false, Refused: null })
        {
            notes = await AdoptAsync(job, notes, cancellationToken);
        }

        if (notes.Adoption!.Refused is { } refused)
        {
            throw await TakeBackAsync(job, notes, FromNotes(refused), cancellationToken);
        }

        await ClearAsync(job, notes, cancellationToken);
        job.Note($"{string.Join(", ", notes.Objects)} serve again; to go back, drop them in the database");
        return JobState.Succeeded;
    }

    private async Task<RestoreNotes> AdoptAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        job.Enter("adopt");
        while (true)
        {
            var adoption = notes.Adoption!;
            try
            {
                var status = await tasks.OnAsync(
                    job,
                    adoption.Node,
                    new TaskName("adopt", Attempt: adoption.Attempt),
                    new TaskTerms(limits.Bulk, limits.Patience, Repeatable: false),
                    (agent, header, options, _) => agent.AdoptObjectsAsync(
                        new AdoptObjectsRequest { Header = header, RestoreJobId = job.Id.ToString() }, options),
                    cancellationToken);
                foreach (var finding in status.Adopt?.Findings ?? [])
                {
                    job.Note(finding, adoption.Node);
                }

                return Save(job, notes with { Adoption = adoption with { Done = true } });
            }
            catch (CairnException moved) when (moved.Code == ErrorCode.LeaderMoved && adoption.Attempt < MaxAttempts)
            {
                // Every node has what it takes: each keeps the cluster's metadata. Without a leader the same is asked again.
                var leader = LeaderOf(await LookAsync(job, cancellationToken)) ?? adoption.Node;
                job.Note($"{moved.Message}; {leader} is asked to tell the database", adoption.Node);
                notes = Save(job, notes with { Adoption = new AdoptionNotes(leader, adoption.Attempt + 1) });
            }
            catch (CairnException failure) when (Unclear.Contains(failure.Code))
            {
                throw new CairnException(
                    failure.Code,
                    $"the files of {string.Join(", ", notes.Objects)} are in place on all nodes, and it is not known that the database has taken them: {failure.Message}",
                    failure.Code == ErrorCode.AdoptionUnclear
                        ? failure.WayOut
                        : $"ask the database whether it has them: if so, they are restored; if not, take their files out again with 'cairn restore undo {job.Cluster}'",
                    failure.Node ?? adoption.Node,
                    failure.Subject);
            }
            catch (CairnException failure)
            {
                return Save(job, notes with
                {
                    Adoption = adoption with
                    {
                        Refused = new RefusedAdoption(
                            failure.Code.WireName(), failure.Message, failure.WayOut, failure.Node ?? adoption.Node, failure.Subject ?? ""),
                    },
                });
            }
        }
    }

    // Each agent that can asks its database first, and takes nothing out that is known there.
    private async Task<CairnException> TakeBackAsync(
        RunningJob job, RestoreNotes notes, CairnException refused, CancellationToken cancellationToken)
    {
        job.Enter("take back");
        catalog.Jobs.SetAftermath(job.Id, RestoreAftermath.Undoing);
        var topology = await LookAsync(job, cancellationToken);
        var isAbsent = topology.Problems.Count == 0 && !topology.Objects.Intersect(notes.Objects, StringComparer.Ordinal).Any();
        try
        {
            await tasks.OnAllAsync(
                job,
                notes.Nodes.Select(part => part.Node),
                new TaskName("undo"),
                Terms,
                (agent, header, options, _) => agent.UndoAsync(
                    new UndoRequest { Header = header, RestoreJobId = job.Id.ToString(), ObjectsAbsent = isAbsent }, options),
                cancellationToken);
            await tasks.OnAllAsync(job, notes.Nodes.Select(part => part.Node), new TaskName("discard"), Terms, Discard(job), cancellationToken);
        }
        catch (CairnException failure)
        {
            return new CairnException(
                refused.Code,
                $"{refused.Message}; and the files of {string.Join(", ", notes.Objects)} could not be taken out again everywhere: {failure.Message}",
                $"mend that, then: cairn restore undo {job.Cluster}; until then no database of that name may be made",
                failure.Node ?? refused.Node,
                refused.Subject);
        }

        catalog.Jobs.SetAftermath(job.Id, RestoreAftermath.Discarded);
        job.Note("the database has not taken them; their files were taken out again on all nodes, and the cluster is as before");
        return refused;
    }

    // Nothing is beside but empty directories and the agents' records; one that is away keeps them until 'restore discard'.
    private async Task ClearAsync(RunningJob job, RestoreNotes notes, CancellationToken cancellationToken)
    {
        job.Enter("clean up");
        var (_, failures) = await tasks.OnEachAsync(
            job, notes.Nodes.Select(part => part.Node), static _ => new TaskName("discard"), Terms, Discard(job), cancellationToken);
        foreach (var failure in failures)
        {
            job.Note($"what is left of the stage stays until 'cairn restore discard': {failure.Message}", failure.Node ?? "");
        }

        if (failures.Count == 0)
        {
            catalog.Jobs.SetAftermath(job.Id, RestoreAftermath.Discarded);
        }
    }

    private TaskTerms Terms => new(limits.Command, limits.Patience, Repeatable: true);

    private static TaskCall Discard(RunningJob job) => (agent, header, options, _) => agent.DiscardAsync(
        new DiscardRequest { Header = header, RestoreJobId = job.Id.ToString() }, options);

    private Task<ClusterTopology> LookAsync(RunningJob job, CancellationToken cancellationToken) =>
        survey.LookAsync(catalog.Clusters.Get(job.Cluster), askDatabases: true, cancellationToken);

    private static RestoreNotes Save(RunningJob job, RestoreNotes notes)
    {
        job.SavePlan(notes, notes.PointId);
        return notes;
    }

    private static CairnException FromNotes(RefusedAdoption refused) => CairnException.FromDetail(new ErrorDetail
    {
        Code = refused.Code, Message = refused.Message, WayOut = refused.WayOut, Node = refused.Node, Object = refused.Subject,
    });
}
