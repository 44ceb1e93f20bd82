using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>
/// One database instance on this host. Methods may be called again after a failure; calls for one job are not concurrent,
/// calls for questions (<see cref="DescribeAsync"/>, <see cref="ProveStoppedAsync"/>) may be. All throw
/// <see cref="Cairn.Shared.Errors.CairnException"/> for what somebody can act on.
/// </summary>
public interface IEngineInstance
{
    /// <summary>The instance's name from the agent's configuration.</summary>
    string Name { get; }

    /// <summary>
    /// The directories that hold the instance's data, as configured, absolute, not resolved. The name is the first
    /// component of every path in a backup ("data", "wal", "meta").
    /// </summary>
    IReadOnlyList<DataRoot> Roots { get; }

    /// <summary>
    /// The names of those <see cref="Roots"/> that hold the cluster's metadata, which a step with cluster_metadata captures;
    /// what is captured there is copied to every node. Empty when the engine keeps no cluster metadata of its own.
    /// </summary>
    IReadOnlyList<string> MetadataRoots { get; }

    /// <summary>How the data are kept still while they are copied.</summary>
    CaptureMode CaptureMode { get; }

    /// <summary>
    /// Roles, version, addresses, roots, run state, capabilities, capture steps and, when <paramref name="askDatabase"/>
    /// is set and the instance answers, the cluster as the database sees it. A database that does not answer is
    /// reported in <see cref="InstanceDescription.ViewError"/>, not thrown.
    /// </summary>
    Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken);

    /// <summary>Whether any process owns the instance's data: by process, open files, ports, and the engine's own locks.</summary>
    Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken);

    /// <summary>What the engine wants to see before a backup; changes nothing.</summary>
    Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken);

    /// <summary>
    /// Runs one of the declared capture steps into <see cref="CaptureStepRequest.Workspace"/>. A repeated step (a later
    /// attempt) replaces what the earlier one took. Live files are only read or linked, never changed.
    /// </summary>
    Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what a capture holds open in the database (a freeze, a snapshot). Safe to repeat and after a crash. Returns what was
    /// done, a sentence each; nothing when nothing was held.
    /// </summary>
    Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken);

    /// <summary>
    /// What was captured, for the repository: directories before what is in them, in a stable order. The entry behind a mutable file
    /// is asked for when that file has been read, so that an engine which holds its database's backup mode open may end it
    /// within the enumeration; behind immutable files the enumeration may run ahead. The core removes the workspace afterwards.
    /// </summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">
    /// <see cref="Cairn.Shared.Errors.ErrorCode.CaptureUnstable"/>: what was held is lost; capture and copy are begun again.
    /// </exception>
    IAsyncEnumerable<SourceEntry> EntriesAsync(CaptureWorkspace workspace, CancellationToken cancellationToken);

    /// <summary>What the point must keep of this instance; asked for once everything of it is copied.</summary>
    Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken);

    /// <summary>
    /// Where every part of a captured instance goes on this host, in the order in which it must be put in place, and
    /// the checks that only the engine can make (addresses, roles, versions). Nothing is touched.
    /// </summary>
    Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken);

    /// <summary>Finishing touches in the stage, before the swap: what the engine needs rewritten or removed there.</summary>
    Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken);

    /// <summary>
    /// That the instance, whose process was started, serves: a database that still recovers does not yet. Asked again and again
    /// until it does or the limit for starting has passed.
    /// </summary>
    /// <exception cref="Cairn.Shared.Errors.CairnException">It does not serve (yet).</exception>
    Task<string> RequireServingAsync(CancellationToken cancellationToken);
}
