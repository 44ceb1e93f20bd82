using System.Runtime.CompilerServices;
using Cairn.Agent.Capturing;
using Cairn.Agent.Proofs;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.Files;

/// <summary>The directories of one database, and the commands and signs that the operator gave.</summary>
internal sealed class FilesInstance(
    string name, string engine, FilesConfiguration configuration, EngineLimits limits, TimeProvider time) : IEngineInstance
{
    private const string Role = "database";

    // Longer than any command may take, and than most disks need; a capture's maximum age bounds both.
    private const int CommandTimeoutMs = 65 * 60 * 1000;
    private const int FilesTimeoutMs = 4 * 60 * 60 * 1000;

    private readonly CaptureCommands commands = new(name, configuration, time);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<DataRoot> Roots => configuration.Roots;

    /// <inheritdoc/>
    public IReadOnlyList<string> MetadataRoots => [];

    /// <inheritdoc/>
    public CaptureMode CaptureMode => CaptureMode.Taken;

    /// <inheritdoc/>
    public async Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken)
    {
        var proof = await ProveStoppedAsync(cancellationToken);
        var assumed = proof.State != RunState.Running && !configuration.HasSigns;
        var description = new InstanceDescription
        {
            Name = Name,
            Engine = engine,
            RunState = assumed ? RunState.Running : proof.State,
            Roles = { Role },
            Roots = { Roots },
            Capabilities = { "backup.hot", "backup.cold", "restore" },
            CaptureSteps =
            {
                new CaptureStep { Name = StepNames.Before, TimeoutMs = CommandTimeoutMs },
                new CaptureStep { Name = StepNames.Files, TimeoutMs = FilesTimeoutMs },
                new CaptureStep { Name = StepNames.After, TimeoutMs = CommandTimeoutMs },
            },
        };
        description.RunFindings.AddRange(assumed
            ? ["neither processes nor ports are configured, so it may run at any time"]
            : proof.Observations.Where(seen => seen.State == proof.State).Select(seen => seen.Finding));
        if (askDatabase && description.RunState == RunState.Running)
        {
            // Nobody can be asked: members, leaders and placement are unknown to this engine.
            description.View = new ClusterView();
        }

        return description;
    }

    /// <inheritdoc/>
    public Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken) =>
        new RunProver(configuration, ProcessTable.Machine, limits, time).ProveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken) =>
        Task.FromResult(BackupPrecheckRun.Run(configuration, request.Cold, cancellationToken));

    /// <inheritdoc/>
    public async Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        switch (request.Step)
        {
            case StepNames.Before:
                return Ran(started, await commands.PrepareAsync(request.Workspace, request.JobId, request.Cold, cancellationToken));
            case StepNames.Files:
                return await new FilesStep(configuration, time).RunAsync(request, Report, cancellationToken);
            case StepNames.After:
                return Ran(started, await commands.FinishAsync(request.Workspace, cancellationToken));
            default:
                throw new CairnException(
                    ErrorCode.InvalidRequest, $"'{request.Step}' is not a capture step of {engine}", "use the steps that describe names");
        }

        void Report(long files, long bytes) => progress.Report(new Progress { Phase = request.Step, FilesDone = files, BytesDone = bytes });
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        commands.FinishAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceEntry> EntriesAsync(
        CaptureWorkspace workspace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Nothing is held during the copying, whatever became of the step that should have seen to it.
        await ReleaseAsync(workspace, cancellationToken);
        if (!CaptureNotes.Read(workspace).Taken)
        {
            throw new CairnException(ErrorCode.CaptureLost, "the capture holds no files", "run the backup again", subject: Name);
        }

        foreach (var root in configuration.Roots.Select(root => root.Name))
        {
            var captured = new CapturedDirectory(workspace.For(root));
            await foreach (var entry in captured.EntriesAsync(root, path => configuration.Patterns.IsImmutable($"{root}/{path}"), cancellationToken))
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        Task.FromResult(new InstanceRecord(RestoreRecord.Of(configuration).ToJson(), []));

    /// <inheritdoc/>
    public Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken) =>
        Task.FromResult(RestorePlanner.Plan(configuration, request));

    /// <summary>Nothing is known that would have to be rewritten.</summary>
    public Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<string> RequireServingAsync(CancellationToken cancellationToken) =>
        (await ProveStoppedAsync(cancellationToken)).Observations.FirstOrDefault(seen => seen.State == RunState.Running)?.Finding
        ?? throw new CairnException(
            ErrorCode.InstanceNotRunning, $"no sign of life of instance {Name} is seen", "look into the database's log", subject: Name);

    private CapturedStep Ran(DateTimeOffset started, IReadOnlyList<string> said) =>
        new(started, time.GetUtcNow(), Files: 0, Bytes: 0, ReadOnlyMemory<byte>.Empty, said, []);
}
