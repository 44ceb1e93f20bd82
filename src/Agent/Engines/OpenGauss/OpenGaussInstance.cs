using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Pages;
using Cairn.Agent.Engines.OpenGauss.Restore;
using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Agent.Native;
using Cairn.Agent.Proofs;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;
using Npgsql;

namespace Cairn.Agent.Engines.OpenGauss;

/// <summary>One PostgreSQL or openGauss server of this host.</summary>
internal sealed class OpenGaussInstance(
    string name, string engine, ServerConfiguration configuration, HeldBackups held, EngineLimits limits, TimeProvider time) : IEngineInstance
{
    private const int StartTimeoutMs = 30 * 60 * 1000;

    private readonly ProcessTable table = ProcessTable.Machine;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<DataRoot> Roots =>
    [
        new DataRoot { Name = BackupEntries.DataRoot, Path = configuration.DataDirectory },
        .. new DataDirectory(configuration.DataDirectory).Tablespaces()
            .Where(tablespace => tablespace is { Inside: false, VersionDirectory: not "" })
            .Select(tablespace => new DataRoot { Name = tablespace.Root, Path = tablespace.Path }),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> MetadataRoots => [];

    /// <inheritdoc/>
    public CaptureMode CaptureMode => CaptureMode.Held;

    /// <inheritdoc/>
    public async Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken)
    {
        var proof = await NewProver().LookAsync(cancellationToken);
        var data = new DataDirectory(configuration.DataDirectory);
        var description = new InstanceDescription
        {
            Name = Name,
            Engine = engine,
            RunState = proof.State,
            Roles = { data.IsStandby ? Server.Roles.Standby : Server.Roles.Primary },
            RunFindings = { proof.Observations.Where(seen => seen.State == proof.State).Select(seen => seen.Finding) },
            Addresses = { new RoleAddress { Role = Server.Roles.Server, Address = configuration.Address } },
            Roots = { Roots },
            Capabilities = { "backup.hot", "backup.cold", "restore", "replicas.identical", "roles.move" },
            CaptureSteps = { new CaptureStep { Name = StartStep.Name, TimeoutMs = StartTimeoutMs } },
        };
        if (askDatabase && proof.State != RunState.Stopped)
        {
            try
            {
                await new ServerObserver(configuration, limits).ObserveAsync(description, cancellationToken);
            }
            catch (CairnException failure)
            {
                description.ViewError = failure.ToDetail();
            }
        }

        return description;
    }

    /// <inheritdoc/>
    public Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken) => NewProver().ProveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken) =>
        new BackupChecks(configuration, limits).RunAsync(request.Cold, cancellationToken);

    /// <inheritdoc/>
    public Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken) => request.Step == StartStep.Name
        ? new StartStep(configuration, held, limits, time).RunAsync(request, cancellationToken)
        : throw new CairnException(ErrorCode.InvalidRequest, $"'{request.Step}' is not a capture step of {engine}", "use the steps that describe names");

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        await held.EndAsync(workspace.NotesDirectory) ? [$"the backup mode of {configuration.Address} is ended with its session"] : [];

    /// <inheritdoc/>
    public IAsyncEnumerable<SourceEntry> EntriesAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        new BackupEntries(configuration, held, limits, time).ReadAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        var notes = BackupNotes.Read(workspace);
        return notes.Complete
            ? Task.FromResult(new InstanceRecord(RestoreRecord.Of(configuration, notes).ToJson(), [.. PageCaveat.Of(notes)]))
            : throw new CairnException(
                ErrorCode.CaptureLost, $"the copy of {configuration.Address} did not come to its end", "run the backup again", subject: configuration.Address);
    }

    /// <inheritdoc/>
    public Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken) =>
        new RestorePlanner(name, configuration, table, limits, time).PlanAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken)
    {
        try
        {
            new StageFinisher(configuration).Finish(request, layout, stageByRoot);
            return Task.CompletedTask;
        }
        catch (InvalidDataException damaged)
        {
            throw new CairnException(ErrorCode.PointDamaged, damaged.Message, "restore another point", cause: damaged);
        }
    }

    /// <inheritdoc/>
    public async Task<string> RequireServingAsync(CancellationToken cancellationToken)
    {
        await using var session = await ServerSession.OpenAsync(configuration, limits, database: null, cancellationToken);
        try
        {
            var state = await session.StateAsync(cancellationToken);
            var data = configuration.DataDirectory;
            if (state.InRecovery && !new DataDirectory(data).IsStandby)
            {
                throw NotYet("it still recovers");
            }

            // Renamed by the server when it has recovered from the backup.
            return NativeFiles.Look($"{data}/backup_label").Kind == FileKind.Missing
                ? $"the server serves as {state.Role}, on timeline {state.Timeline}"
                : throw NotYet("it has not recovered from the backup yet");
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidDataException)
        {
            throw ServerFailures.Translate(failure, configuration) ?? failure;
        }

        CairnException NotYet(string finding) => new(
            ErrorCode.InstanceNotRunning,
            $"the server of {configuration.DataDirectory} was started, and {finding}",
            "look into the database's log; a long recovery needs a larger commands.limit-seconds",
            subject: configuration.DataDirectory);
    }

    private RunProver NewProver() => new(configuration, table, limits, time);
}
