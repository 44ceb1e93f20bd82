using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Native;
using Cairn.Agent.Restore;
using Cairn.Agent.Roots;
using Cairn.Agent.Tasks;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Backup;

/// <summary>Everything that is looked at before a backup; nothing is touched.</summary>
internal sealed class BackupChecks(
    AgentSettings settings,
    Instances instances,
    AllowedRoots roots,
    NodeRepository repository,
    StoppedProof stopped,
    RestoreInProgress restores)
{
    private readonly RootProbes probes = new(settings.Node);

    /// <summary>All checks, passed or not.</summary>
    public async Task<PrecheckResult> RunAsync(PrecheckRequest request, CancellationToken cancellationToken)
    {
        var result = new PrecheckResult { Node = settings.Node };
        result.Checks.Add(await Checks.RunAsync("repository", settings.Node, async () =>
        {
            var opened = await repository.OpenAsync(cancellationToken);
            RequireFree(repository.Path, repository.FreeBytes());
            return $"{opened.Path} is usable, {ByteSize.Format(repository.FreeBytes())} free";
        }));
        result.Checks.Add(Checks.Run(
            "no-restore", settings.Node, () => restores.RequireNone(request.Header.Cluster, request.Header.JobId)));
        foreach (var options in instances.Of(request.Engine))
        {
            IEngineInstance? instance = null;
            result.Checks.Add(Checks.Run("configuration", settings.Node, () =>
            {
                instances.ForBackup(options, request.Backup.Parameters);
                instance = instances.Open(options);
                return $"the configuration of {options.Name} can be used";
            }));
            if (instance is not null)
            {
                await CheckInstanceAsync(instance, request.Backup, result, cancellationToken);
            }
        }

        result.BytesFree = Directory.Exists(Path.GetDirectoryName(repository.Path)) ? repository.FreeBytes() : 0;
        return result;
    }

    private async Task CheckInstanceAsync(
        IEngineInstance instance, BackupPrecheck request, PrecheckResult result, CancellationToken cancellationToken)
    {
        result.Checks.Add(await Checks.RunAsync(
            request.Cold ? "stopped" : "running",
            settings.Node,
            () => request.Cold
                ? stopped.ProveAsync(instance, cancellationToken)
                : ProveRunningAsync(instance, cancellationToken)));
        foreach (var root in instance.Roots)
        {
            ResolvedRoot? resolved = null;
            result.Checks.Add(Checks.Run("roots", settings.Node, () =>
            {
                resolved = roots.Require(root.Path);
                return $"{root.Name} is {resolved.Path}, inside the allowed roots";
            }));
            if (resolved is not null)
            {
                CheckRoot(resolved, instance.CaptureMode, result);
            }
        }

        if (request.Objects.Count > 0)
        {
            result.Checks.Add(Checks.Run("objects", settings.Node, () => ObjectSelection.Require(instance, request.Objects, settings.Node)));
        }

        result.Checks.AddRange(await instance.PrecheckBackupAsync(request, cancellationToken));
    }

    private void CheckRoot(ResolvedRoot root, CaptureMode mode, PrecheckResult result)
    {
        result.Checks.Add(Checks.Run("present", settings.Node, () => NativeFiles.Look(root.Path).Kind == FileKind.Directory
            ? $"{root.Path} is a directory"
            : throw new CairnException(
                ErrorCode.PathUnusable,
                $"{root.Path} is not a directory",
                "start the database once, or mend its configuration",
                settings.Node,
                root.Path)));
        if (mode == CaptureMode.Held)
        {
            return;
        }

        result.Checks.Add(Checks.Run("link", settings.Node, () => probes.ProveLinkable(root)));
        result.Checks.Add(Checks.Run("space", settings.Node, () =>
        {
            var free = NativeFiles.FreeBytes(root.Parent);
            RequireFree(root.Path, free);
            return $"{ByteSize.Format(free)} free on the file system of {root.Path}";
        }));
    }

    private async Task<Finding> ProveRunningAsync(IEngineInstance instance, CancellationToken cancellationToken)
    {
        var description = await instance.DescribeAsync(askDatabase: false, cancellationToken);
        var findings = Finding.Summary(description.RunFindings);
        IReadOnlyList<string> evidence = description.RunFindings.Count > 2 ? description.RunFindings : [];
        return description.RunState switch
        {
            RunState.Running => new Finding($"{instance.Name} runs: {findings}", evidence),
            RunState.Stopped => throw new CairnException(
                ErrorCode.InstanceNotRunning,
                $"instance {instance.Name} does not run: {findings}",
                "start it, or back the stopped cluster up with --cold",
                settings.Node,
                instance.Name) { Evidence = evidence },
            _ => throw new CairnException(
                ErrorCode.CannotTell,
                $"whether instance {instance.Name} runs cannot be told: {findings}",
                "give the agent the right that the finding names",
                settings.Node,
                instance.Name) { Evidence = evidence },
        };
    }

    private void RequireFree(string path, long free)
    {
        if (free < settings.FreeFloorBytes)
        {
            throw new CairnException(
                ErrorCode.NoSpace,
                $"the file system of {path} has {ByteSize.Format(free)} free, less than the floor of {ByteSize.Format(settings.FreeFloorBytes)}",
                "free space, or lower limits.free-floor in the agent's configuration",
                settings.Node,
                path);
        }
    }
}
