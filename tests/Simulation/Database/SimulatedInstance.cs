using System.Runtime.CompilerServices;
using Cairn.Agent.Engines;
using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Simulation.Database;

/// <summary>One node's part of the simulated database: a <see cref="PlainInstance"/> that knows its cluster and is slow.</summary>
internal sealed class SimulatedInstance(IEngineInstance directories, SimulatedDatabase database, string node, TimeProvider clock) : IEngineInstance
{
    /// <inheritdoc/>
    public string Name => directories.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DataRoot> Roots => directories.Roots;

    /// <inheritdoc/>
    public IReadOnlyList<string> MetadataRoots => directories.MetadataRoots;

    /// <inheritdoc/>
    public CaptureMode CaptureMode => directories.CaptureMode;

    /// <inheritdoc/>
    public async Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken)
    {
        var description = await directories.DescribeAsync(askDatabase, cancellationToken);
        description.Addresses.Clear();
        description.Addresses.Add(new RoleAddress { Role = "keeper", Address = $"{node}:1" });
        description.Capabilities.Add(["backup.hot", "backup.cold", "restore"]);
        if (askDatabase && description.RunState == RunState.Running)
        {
            description.View = database.View();
        }

        return description;
    }

    /// <inheritdoc/>
    public Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken) => directories.ProveStoppedAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken) =>
        directories.PrecheckBackupAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var started = clock.GetUtcNow();
        await WorkAsync($"{request.Step} begins", cancellationToken);
        var step = await directories.CaptureAsync(request, progress, cancellationToken);
        await WorkAsync($"{request.Step} ends", cancellationToken);
        return step with { Started = started, Ended = clock.GetUtcNow() };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        directories.ReleaseAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceEntry> EntriesAsync(
        CaptureWorkspace workspace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in directories.EntriesAsync(workspace, cancellationToken))
        {
            if (entry.Kind == EntryKind.File)
            {
                await WorkAsync("read", cancellationToken);
            }

            yield return entry;
        }
    }

    /// <inheritdoc/>
    public Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        directories.RecordAsync(workspace, cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken) =>
        directories.PlanRestoreAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken)
    {
        await WorkAsync("finish", cancellationToken);
        await directories.FinishStageAsync(request, layout, stageByRoot, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<string> RequireServingAsync(CancellationToken cancellationToken) => directories.RequireServingAsync(cancellationToken);

    private Task WorkAsync(string what, CancellationToken cancellationToken) =>
        Task.Delay(database.Effort($"{node} {what}"), clock, cancellationToken);
}
