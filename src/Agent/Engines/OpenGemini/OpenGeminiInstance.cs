using System.Runtime.CompilerServices;
using Cairn.Agent.Capturing;
using Cairn.Agent.Engines.OpenGemini.Capture;
using Cairn.Agent.Engines.OpenGemini.Databases;
using Cairn.Agent.Engines.OpenGemini.Http;
using Cairn.Agent.Engines.OpenGemini.Meta;
using Cairn.Agent.Engines.OpenGemini.NativeBackups;
using Cairn.Agent.Engines.OpenGemini.Restore;
using Cairn.Agent.Proofs;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>The openGemini processes of one host that share a configuration file.</summary>
internal sealed class OpenGeminiInstance(
    string name, string engine, OpenGeminiConfiguration configuration, OpenGeminiClient client, EngineLimits limits, TimeProvider time)
    : IObjectInstance
{
    private const string UsualMethod = "direct";
    private const string NativeMethod = "native";
    private const int DataTimeoutMs = 15 * 60 * 1000;
    private const int StepTimeoutMs = 5 * 60 * 1000;
    private const int NativeTimeoutMs = 4 * 60 * 60 * 1000;

    private readonly ProcessTable table = ProcessTable.Machine;
    private readonly Freezing freezing = new(configuration, client, limits, time);
    private readonly DatabaseAdoption adoption = new(configuration, client, limits, time);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<DataRoot> Roots => [.. configuration.Roots.Select(r => new DataRoot { Name = r.Name, Path = r.Path })];

    /// <inheritdoc/>
    public IReadOnlyList<string> MetadataRoots => configuration.MetaRoot is null ? [] : [RootNames.Meta];

    /// <inheritdoc/>
    public CaptureMode CaptureMode => CaptureMode.Taken;

    /// <inheritdoc/>
    public async Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken)
    {
        var proof = await NewProver().LookAsync(cancellationToken);
        var description = new InstanceDescription { Name = Name, Engine = engine, RunState = proof.State };
        description.Roles.AddRange(configuration.Roles);
        description.RunFindings.AddRange(proof.Observations.Where(o => o.State == proof.State).Select(o => o.Finding));
        description.Addresses.AddRange(configuration.NamedAddresses.Select(a => new RoleAddress { Role = a.Role, Address = a.Address }));
        description.Roots.AddRange(Roots);
        description.Capabilities.AddRange(Capabilities);
        description.CaptureSteps.AddRange(Steps);
        if (askDatabase && proof.State != RunState.Stopped)
        {
            await AskAsync(description, cancellationToken);
        }

        return description;
    }

    /// <inheritdoc/>
    public Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken) => NewProver().ProveAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken) =>
        new BackupPrecheckRun(configuration, client, limits, time).RunAsync(request.Cold, native: request.Method == NativeMethod, [.. request.Objects], cancellationToken);

    /// <inheritdoc/>
    public async Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var result = await RunStepAsync(request, Report, cancellationToken);
        var evidence = result.Evidence?.ToBytes() ?? ReadOnlyMemory<byte>.Empty;
        return new CapturedStep(
            result.FirstTaken ?? started, result.LastTaken ?? time.GetUtcNow(), result.Files, result.Bytes, evidence, result.Notes, result.Caveats);

        void Report(long files, long bytes) => progress.Report(new Progress { Phase = request.Step, FilesDone = files, BytesDone = bytes });
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        var released = await freezing.ReleaseAsync(workspace, cancellationToken);
        return released.Count > 0 ? [$"writes are let through again on {string.Join(", ", released)}"] : [];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SourceEntry> EntriesAsync(
        CaptureWorkspace workspace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Writes are never blocked during the copying, whatever became of the step that should have released them.
        await ReleaseAsync(workspace, cancellationToken);
        var notes = CaptureNotes.Read(workspace);
        foreach (var root in configuration.Roots.Select(r => r.Name).Where(notes.HeldIn(workspace).Contains))
        {
            var captured = new CapturedDirectory(workspace.For(root));
            await foreach (var entry in captured.EntriesAsync(root, path => root == RootNames.Data && DataRules.IsImmutable(path), cancellationToken))
            {
                yield return entry;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken)
    {
        var notes = CaptureNotes.Read(workspace);
        var version = notes.Version;
        if (version.Length == 0 && !notes.Cold)
        {
            version = (await new ClusterObserver(configuration, client).ObserveAsync(cancellationToken)).Version;
        }

        var record = new RestoreRecord
        {
            Version = version,
            Roles = configuration.Roles,
            Addresses = [.. configuration.NamedAddresses.Select(a => new RecordedAddress(a.Role, a.Address))],
            MetaRaftAddress = configuration.MetaRaftAddress ?? "",
            MetaJoin = configuration.MetaJoin,
            HaPolicy = configuration.HaPolicy,
            Objects = notes.Objects.Count > 0 ? notes.Objects : null,
            Roots = configuration.Roots.ToDictionary(r => r.Name, r => r.Path),
            Captured = notes.HeldIn(workspace),
            Metadata = notes.MetadataIn(workspace),
            Cold = notes.Cold,
            Databases = notes.Databases,
            MetaInfo = notes.MetadataIn(workspace) == RestoreRecord.LeaderMetadata ? notes.MetaInfo : null,
        };
        return new InstanceRecord(record.ToJson(), []);
    }

    /// <inheritdoc/>
    public Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken) =>
        Task.FromResult(RestorePlanner.Plan(configuration, request));

    /// <inheritdoc/>
    public Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken)
    {
        StageFinisher.Check(layout, stageByRoot);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<string> RequireServingAsync(CancellationToken cancellationToken)
    {
        var proof = await NewProver().LookAsync(cancellationToken);
        return proof.State == RunState.Running
            ? "its processes run"
            : throw new CairnException(
                ErrorCode.InstanceNotRunning, $"instance {Name} was started and does not run", "look into the database's log", subject: Name);
    }

    /// <inheritdoc/>
    public Task<ObjectLayout> PlanObjectsAsync(ObjectRequest request, CancellationToken cancellationToken) =>
        adoption.PlanAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<string> RequireAbsentAsync(IReadOnlyList<string> objects, CancellationToken cancellationToken) =>
        adoption.RequireAbsentAsync(objects, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> AdoptAsync(
        ObjectRequest request, bool orderedBefore, Action ordering, CancellationToken cancellationToken) =>
        adoption.AdoptAsync(request, orderedBefore, ordering, cancellationToken);

    private IReadOnlyList<string> Capabilities => configuration.Protected
        ? ["backup.cold", "restore"]
        : ["backup.hot", "backup.cold", "backup.exact", "backup.native", "restore", "select.objects", "restore.online"];

    private static IReadOnlyList<CaptureStep> Steps =>
    [
        new CaptureStep { Name = StepNames.Freeze, TimeoutMs = StepTimeoutMs, ExactOnly = true },
        new CaptureStep { Name = StepNames.RaftPositions, TimeoutMs = StepTimeoutMs },
        new CaptureStep { Name = StepNames.Logs, TimeoutMs = DataTimeoutMs },
        new CaptureStep { Name = StepNames.Data, TimeoutMs = DataTimeoutMs },
        new CaptureStep { Name = StepNames.Thaw, TimeoutMs = StepTimeoutMs, ExactOnly = true },
        new CaptureStep { Name = StepNames.Native, TimeoutMs = NativeTimeoutMs, Methods = { NativeMethod } },
        new CaptureStep
        {
            Name = StepNames.Metadata, LeaderRole = Roles.Meta, ClusterMetadata = true, TimeoutMs = StepTimeoutMs, Methods = { UsualMethod, NativeMethod },
        },
    ];

    private async Task AskAsync(InstanceDescription description, CancellationToken cancellationToken)
    {
        var seen = await new ClusterObserver(configuration, client).ObserveAsync(cancellationToken);
        description.Version = seen.Version;
        description.RunFindings.AddRange(seen.NotAsked);
        if (seen.View is not null)
        {
            description.View = seen.View;
        }
        else
        {
            description.ViewError = seen.Error?.ToDetail() ?? new CairnException(
                ErrorCode.EngineAnswer, string.Join("; ", seen.NotAsked), "see that ts-meta and ts-sql answer").ToDetail();
        }
    }

    private async Task<StepResult> RunStepAsync(CaptureStepRequest request, Action<long, long> report, CancellationToken cancellationToken)
    {
        switch (request.Step)
        {
            case StepNames.Freeze:
                return await FreezeAsync(request, cancellationToken);
            case StepNames.RaftPositions:
                var version = await AskVersionAsync(request, cancellationToken);
                var positions = await PositionsStep.RunAsync(configuration, request, version, cancellationToken);
                return positions with { Caveats = [.. ConfigurationCaveats(version)] };
            case StepNames.Logs:
                if (!request.Cold && (request.Exact || request.Objects.Count > 0))
                {
                    // Exact: every ts-sql is readonly by now, the barrier after the step before saw to it. Of some databases: so that as
                    // little as possible is in their write-ahead logs alone.
                    await freezing.FlushAsync(cancellationToken);
                }

                return await LogsStep.RunAsync(configuration, request, report, time, cancellationToken);
            case StepNames.Data:
                return await DataStep.RunAsync(configuration, request, report, limits, time, cancellationToken);
            case StepNames.Thaw:
                return await ThawAsync(request, cancellationToken);
            case StepNames.Native:
                var native = await new NativeStep(configuration, client, table, time).RunAsync(request, report, cancellationToken);
                return native with { Caveats = [.. ConfigurationCaveats(CaptureNotes.Read(request.Workspace).Version)] };
            case StepNames.Metadata:
                return await new MetadataStep(configuration, client, table, time).RunAsync(request, report, cancellationToken);
            default:
                throw new CairnException(ErrorCode.InvalidRequest, $"'{request.Step}' is not a capture step of {engine}", "use the steps that describe names");
        }
    }

    private async Task<StepResult> FreezeAsync(CaptureStepRequest request, CancellationToken cancellationToken)
    {
        if (!request.Exact || request.Cold)
        {
            return new StepResult(0, 0);
        }

        await freezing.FreezeAsync(request.Workspace, cancellationToken);
        return new StepResult(0, 0) { Notes = [$"writes are blocked on {string.Join(", ", configuration.HttpAddresses)}"] };
    }

    private async Task<StepResult> ThawAsync(CaptureStepRequest request, CancellationToken cancellationToken)
    {
        if (!request.Exact || request.Cold)
        {
            return new StepResult(0, 0);
        }

        var released = await freezing.ReleaseAsync(request.Workspace, cancellationToken);
        return released.Count > 0 || configuration.HttpAddresses.Count == 0
            ? new StepResult(0, 0) { Notes = [$"writes are let through again on {string.Join(", ", released)}"] }
            : throw new CairnException(
                ErrorCode.CaptureLost,
                "writes were let through again before the data were taken, so the cut is not exact",
                "run the backup again; a slower capture needs a longer lease");
    }

    private async Task<string> AskVersionAsync(CaptureStepRequest request, CancellationToken cancellationToken)
    {
        if (request.Cold || configuration.HttpAddresses.Count == 0)
        {
            return "";
        }

        return (await client.GetAsync(configuration.HttpAddresses[0], "/ping", askOthers: false, cancellationToken)).Version;
    }

    private RunProver NewProver() => new(configuration, table, limits, time);

    private IEnumerable<Caveat> ConfigurationCaveats(string version)
    {
        if (version.Length > 0 && version != Caveats.ObservedVersion)
        {
            yield return Caveats.Of(Caveats.Version, $"this is {new string([.. version.Take(40).Where(c => !char.IsControl(c))])}");
        }

        if (configuration.PartitionsPerNode > 1)
        {
            yield return Caveats.Of(Caveats.PartitionsPerNode);
        }

        if (configuration.Protected)
        {
            yield return Caveats.Of(Caveats.Protected);
        }

        if (!configuration.WalEnabled)
        {
            yield return Caveats.Of(Caveats.WalDisabled);
        }

        if (configuration.RaftEntriesMapped)
        {
            yield return Caveats.Of(Caveats.MappedEntries);
        }
    }
}
