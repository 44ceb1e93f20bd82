using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Cairn.Agent.Engines;
using Cairn.Agent.Native;
using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Tests.Plain;

internal sealed class PlainInstance(string name, PlainConfiguration configuration) : IEngineInstance
{
    public string Name => name;

    public IReadOnlyList<DataRoot> Roots => configuration.Roots;

    public IReadOnlyList<string> MetadataRoots => configuration.MetadataRoots;

    public CaptureMode CaptureMode => CaptureMode.Taken;

    private bool Runs => File.Exists(configuration.RunsWhile);

    public Task<InstanceDescription> DescribeAsync(bool askDatabase, CancellationToken cancellationToken)
    {
        var description = new InstanceDescription
        {
            Name = name,
            Engine = PlainEngine.EngineName,
            Version = "1",
            Roles = { "keeper" },
            RunState = Runs ? RunState.Running : RunState.Stopped,
            RunFindings = { Runs ? $"{configuration.RunsWhile} is there" : $"{configuration.RunsWhile} is not there" },
            Addresses = { new RoleAddress { Role = "keeper", Address = $"{name}:1" } },
            Roots = { Roots },
            CaptureSteps =
            {
                new CaptureStep { Name = "data", TimeoutMs = 60_000 },
                new CaptureStep { Name = "metadata", LeaderRole = "keeper", ClusterMetadata = true, TimeoutMs = 60_000 },
            },
        };
        return Task.FromResult(description);
    }

    public Task<RunProof> ProveStoppedAsync(CancellationToken cancellationToken)
    {
        var state = Runs ? RunState.Running : RunState.Stopped;
        var sign = Runs ? File.ReadAllText(configuration.RunsWhile) : "process";
        if (sign == "cannot tell")
        {
            state = RunState.CannotTell;
        }

        return Task.FromResult(new RunProof(
            state,
            [new RunObservation(state, sign, $"pid 4711 as {configuration.RunsWhile} says", Runs ? "stop pid 4711" : "", 4711)]));
    }

    public Task<IReadOnlyList<Check>> PrecheckBackupAsync(BackupPrecheck request, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Check>>([]);

    public Task<CapturedStep> CaptureAsync(
        CaptureStepRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        long files = 0;
        long bytes = 0;
        var started = TimeProvider.System.GetUtcNow();
        foreach (var root in Roots.Where(root => MetadataRoots.Contains(root.Name) == (request.Step == "metadata")))
        {
            var to = request.Workspace.For(root.Name);
            Tree.Remove(to, cancellationToken);
            Directory.CreateDirectory(to);
            foreach (var path in All(root.Path))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(root.Path, path));
                if (Directory.Exists(path))
                {
                    Directory.CreateDirectory(copy);
                    continue;
                }

                NativeFiles.Link(path, copy);
                files++;
                bytes += new FileInfo(path).Length;
                progress.Report(new Progress { Phase = request.Step, FilesDone = files, BytesDone = bytes });
            }
        }

        return Task.FromResult(new CapturedStep(
            started, TimeProvider.System.GetUtcNow(), files, bytes, Encoding.UTF8.GetBytes("consistent"), [], []));
    }

    public Task<IReadOnlyList<string>> ReleaseAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public async IAsyncEnumerable<SourceEntry> EntriesAsync(
        CaptureWorkspace workspace, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var root in Roots)
        {
            var captured = workspace.For(root.Name);
            await Task.Yield();
            foreach (var path in All(captured).Prepend(captured))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var live = Path.Combine(root.Path, Path.GetRelativePath(captured, path));
                yield return Entry(root.Name, captured, path, NativeFiles.Look(live));
            }
        }
    }

    public Task<InstanceRecord> RecordAsync(CaptureWorkspace workspace, CancellationToken cancellationToken) =>
        Task.FromResult(new InstanceRecord(JsonSerializer.Serialize(Roots.Select(root => root.Name)), []));

    public Task<RestoreLayout> PlanRestoreAsync(RestoreRequestFacts request, CancellationToken cancellationToken)
    {
        var saved = JsonSerializer.Deserialize<List<string>>(request.Record)!;
        return Task.FromResult(new RestoreLayout(
            [
                .. Roots.Where(root => saved.Contains(root.Name))
                    .OrderBy(root => MetadataRoots.Contains(root.Name))
                    .Select(root => new RestoreTarget(
                        root.Name, root.Path, request.MetadataHere || !MetadataRoots.Contains(root.Name))),
            ],
            []));
    }

    public Task FinishStageAsync(
        RestoreRequestFacts request,
        RestoreLayout layout,
        IReadOnlyDictionary<string, string> stageByRoot,
        CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string> RequireServingAsync(CancellationToken cancellationToken) => Task.FromResult("it runs");

    private static SourceEntry Entry(string root, string captured, string path, FileStatus live)
    {
        var relative = Path.GetRelativePath(captured, path);
        var isDirectory = Directory.Exists(path);
        return new SourceEntry
        {
            Path = relative == "." ? root : $"{root}/{relative}",
            Kind = isDirectory ? EntryKind.Directory : EntryKind.File,
            Attributes = live.Attributes,
            Class = root,
            Immutable = !isDirectory,
            Identity = isDirectory ? null : live.Identity,
            PhysicalPath = isDirectory ? null : path,
        };
    }

    private static IEnumerable<string> All(string root) => Directory
        .EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Order(StringComparer.Ordinal)
        .ToList();
}
