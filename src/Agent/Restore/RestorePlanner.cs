using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Roots;
using Cairn.Agent.Services;
using Cairn.Agent.Tasks;
using Cairn.Repository;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;
using LevelOfRepository = Cairn.Repository.VerifyLevel;

namespace Cairn.Agent.Restore;

/// <summary>
/// Thinks a restore through without touching anything. The same checks stand before a plan that is shown and before a
/// stage that is filled.
/// </summary>
internal sealed class RestorePlanner(
    AgentSettings settings,
    Instances instances,
    AllowedRoots roots,
    NodeRepository repository,
    StoppedProof stopped,
    ServiceDesk services,
    RestoreInProgress restores,
    ObjectRestore objects)
{
    private readonly RootProbes probes = new(settings.Node);

    /// <summary>All checks and the parts as far as they could be found out.</summary>
    public async Task<PlannedRestore> PlanAsync(RestoreQuestion question, CancellationToken cancellationToken)
    {
        var plan = new PlannedRestore();
        INodeRepository? opened = null;
        PointDetail? point = null;
        plan.Checks.Add(await Checks.RunAsync("repository", settings.Node, async () =>
        {
            opened = await repository.OpenForAsync(question.Point, question.SourceNode, cancellationToken);
            return $"{opened.Path} is usable";
        }));
        plan.Checks.Add(Checks.Run(
            "no-restore", settings.Node, () => restores.RequireNone(question.Cluster, question.JobId)));
        if (opened is not null)
        {
            plan.Checks.Add(await Checks.RunAsync("point", settings.Node, async () =>
            {
                point = await opened.ReadPointAsync(question.Point, cancellationToken);
                return await ProvePresentAsync(opened, point, cancellationToken);
            }));
        }

        if (point is null)
        {
            // What runs is worth knowing even so.
            if (question.Objects.Count == 0)
            {
                await AddStoppedAsync(plan, instances.Configured, question, cancellationToken);
            }

            return plan;
        }

        plan.Checks.Add(Checks.Run("cluster", settings.Node, () => RequireCluster(point, question)));
        plan.Checks.Add(Checks.Run("caveats", settings.Node, () => RequireCaveats(point, question)));
        plan.Checks.Add(Checks.Run("objects", settings.Node, () => RequireObjects(point, question)));
        if (question.Objects.Count == 0)
        {
            await AddStoppedAsync(plan, instances.Of(point.Record.Engine), question, cancellationToken);
        }

        NodeProperties? properties = null;
        plan.Checks.Add(Checks.Run("instances", settings.Node, () =>
        {
            properties = NodeProperties.Parse(point.Properties.Json, question.Point.ToString());
            return RequireInstances(point, properties, question);
        }));
        if (properties is null || !plan.Checks[^1].Passed || !plan.Checks.First(check => check.Name == "objects").Passed)
        {
            return plan;
        }

        if (question.Objects.Count > 0)
        {
            if (await objects.AddPartsAsync(plan, question, properties, opened!, cancellationToken) is { } contents)
            {
                plan.Checks.Add(Checks.Run("space", settings.Node, () => RequireSpace(plan)));
                plan.Checks.Add(Checks.Run("owners", settings.Node, () => OwnerProof.Require(contents, settings.Node)));
            }
        }
        else
        {
            await AddPartsAsync(plan, question, properties, opened!, cancellationToken);
        }

        return plan;
    }

    /// <summary>The plan as the answer to a precheck.</summary>
    public static PrecheckResult ToResult(PlannedRestore plan, string node)
    {
        var result = new PrecheckResult { Node = node, BytesNeeded = plan.BytesNeeded, BytesFree = plan.BytesFree };
        result.Checks.AddRange(plan.Checks);
        result.Plan.AddRange(plan.Parts.Select(planned => planned.Part.AddedTo is { } addedTo
            ? $"{planned.Part.Instance}/{planned.Part.Root}: {planned.Files} files, {ByteSize.Format(planned.Bytes)} to the new directory {Path.GetFileName(planned.Part.Target)} in {addedTo}"
            : planned.Part.Content
            ? $"{planned.Part.Instance}/{planned.Part.Root}: {planned.Files} files, {ByteSize.Format(planned.Bytes)} to {planned.Part.Target}; the old directory goes to {planned.Part.Old}"
            : $"{planned.Part.Instance}/{planned.Part.Root}: {planned.Part.Target} becomes an empty directory; the old one goes to {planned.Part.Old}"));
        return result;
    }

    private async Task<string> ProvePresentAsync(
        INodeRepository opened, PointDetail point, CancellationToken cancellationToken)
    {
        var report = await opened.VerifyAsync(
            point.Record.Point, LevelOfRepository.Presence, progress: null, cancellationToken);
        if (report.IsSound)
        {
            return $"point {point.Record.Point} of {point.Record.Created:u} is there: {report.Files} files, {ByteSize.Format(report.Bytes)}";
        }

        var first = report.Damages[0];
        throw new CairnException(
            ErrorCode.PointDamaged,
            $"point {point.Record.Point} has {report.DamageCount} damage(s); the first: {first.Path ?? "the whole point"}: {first.Finding} (in {first.FoundIn})",
            "run 'cairn backup verify' to see all of it, and restore from another point",
            settings.Node,
            point.Record.Point.ToString());
    }

    private string RequireCluster(PointDetail point, RestoreQuestion question) =>
        point.Record.Cluster == question.Cluster
            ? $"the point is of cluster '{question.Cluster}'"
            : throw new CairnException(
                ErrorCode.WrongCluster,
                $"point {question.Point} is of cluster '{point.Record.Cluster}', not of '{question.Cluster}'",
                "name a point of this cluster; 'cairn backup list' shows them",
                settings.Node,
                question.Point.ToString());

    private string RequireCaveats(PointDetail point, RestoreQuestion question)
    {
        var open = point.Record.Caveats.Except(question.AcceptedCaveats, StringComparer.Ordinal).ToList();
        return open.Count == 0
            ? point.Record.Caveats.Count == 0
                ? "the point carries no caveat"
                : $"accepted: {string.Join(", ", point.Record.Caveats)}"
            : throw new CairnException(
                ErrorCode.CaveatNotAccepted,
                $"point {question.Point} carries the caveat(s) {string.Join(", ", open)}",
                $"read them with 'cairn backup show', then add {string.Join(" ", open.Select(name => $"--accept-caveat {name}"))}",
                settings.Node,
                question.Point.ToString());
    }

    private string RequireObjects(PointDetail point, RestoreQuestion question)
    {
        IReadOnlyList<string> held = [.. CommitRecords.FromRepository(point.Record).Summary.Objects];
        return (held.Count, question.Objects.Count) switch
        {
            (0, 0) => "the point holds the whole cluster",
            ( > 0, 0) => throw new CairnException(
                ErrorCode.Unsupported,
                $"point {question.Point} holds {string.Join(", ", held)} only, and the whole cluster cannot be made of it",
                "bring these back into the running cluster with 'cairn restore run --online', or name a point of the whole cluster",
                settings.Node,
                question.Point.ToString()),
            _ when question.Objects.Except(held).ToList() is { Count: > 0 } missing => throw new CairnException(
                ErrorCode.InvalidRequest,
                $"point {question.Point} was not limited to {string.Join(", ", missing)}; it {(held.Count == 0 ? "holds the whole cluster" : $"holds {string.Join(", ", held)}")}",
                "name objects that a point made with --objects holds",
                settings.Node,
                question.Point.ToString()),
            _ => $"the point holds {string.Join(", ", question.Objects)}",
        };
    }

    private string RequireInstances(PointDetail point, NodeProperties properties, RestoreQuestion question)
    {
        var reasons = new List<string>();
        if (point.Manifest.Node != question.SourceNode)
        {
            reasons.Add($"this repository holds the part of node '{point.Manifest.Node}', not of '{question.SourceNode}'");
        }

        var saved = properties.Instances.ToDictionary(instance => instance.Name, StringComparer.Ordinal);
        foreach (var configured in instances.Of(point.Record.Engine))
        {
            if (!saved.Remove(configured.Name, out var instance))
            {
                reasons.Add($"the point has no instance '{configured.Name}'");
            }
            else if (instance.Engine != configured.Engine)
            {
                reasons.Add($"instance '{configured.Name}' is of engine '{configured.Engine}', in the point of '{instance.Engine}'");
            }
        }

        reasons.AddRange(saved.Keys.Select(name => $"this node has no instance '{name}'"));
        return reasons.Count == 0
            ? $"the point's instances are configured here: {string.Join(", ", properties.Instances.Select(i => i.Name))}"
            : throw new CairnException(
                ErrorCode.TopologyMismatch,
                string.Join("; ", reasons),
                "configure the agent as it was when the point was made, or name another point",
                settings.Node,
                question.Point.ToString());
    }

    private async Task AddStoppedAsync(
        PlannedRestore plan, IReadOnlyList<InstanceOptions> concerned, RestoreQuestion question, CancellationToken cancellationToken)
    {
        foreach (var options in concerned)
        {
            plan.Checks.Add(await Checks.RunAsync("stopped", settings.Node, () => question.WillStop
                ? services.PlanStopAsync(options, cancellationToken)
                : stopped.ProveAsync(instances.Open(options), cancellationToken)));
            if (question.WillStart)
            {
                plan.Checks.Add(Checks.Run("start", settings.Node, () => services.PlanStart(options)));
            }
        }
    }

    private async Task AddPartsAsync(
        PlannedRestore plan,
        RestoreQuestion question,
        NodeProperties properties,
        INodeRepository opened,
        CancellationToken cancellationToken)
    {
        var contents = new PointContents(PointContents.RootLevels);
        var read = await Checks.RunAsync("manifest", settings.Node, async () =>
        {
            await contents.ReadAsync(opened.ReadEntriesAsync(question.Point, cancellationToken));
            return $"the manifest names {contents.Files} files";
        });
        plan.Checks.Add(read);
        if (!read.Passed)
        {
            return;
        }

        foreach (var saved in properties.Instances)
        {
            plan.Checks.Add(await Checks.RunAsync("layout", settings.Node, async () =>
            {
                var options = instances.Get(saved.Name);
                var facts = new RestoreRequestFacts(
                    saved.Record,
                    question.MetadataHere,
                    instances.ForRestore(options, question.Parameters),
                    ForeignNode: question.SourceNode != settings.Node);
                var instance = instances.Open(options);
                var layout = await instance.PlanRestoreAsync(facts, cancellationToken);
                plan.Instances.Add(new PlannedInstance(instance, facts, layout));
                return $"{saved.Name} takes {layout.Targets.Count} directories";
            }));
        }

        plan.Checks.AddRange(plan.Instances.SelectMany(planned => planned.Layout.Checks));
        foreach (var (planned, target) in plan.Instances
            .SelectMany(planned => planned.Layout.Targets.Select(target => (planned, target))))
        {
            AddPart(plan, question, planned.Instance.Name, target, contents);
        }

        plan.Checks.Add(Checks.Run("space", settings.Node, () => RequireSpace(plan)));
        plan.Checks.Add(Checks.Run("owners", settings.Node, () => OwnerProof.Require(contents, settings.Node)));
    }

    private void AddPart(
        PlannedRestore plan, RestoreQuestion question, string instance, RestoreTarget target, PointContents contents)
    {
        ResolvedRoot? resolved = null;
        plan.Checks.Add(Checks.Run("roots", settings.Node, () =>
        {
            resolved = roots.Require(target.TargetPath);
            return $"{instance}/{target.Root} is {resolved.Path}, inside the allowed roots";
        }));
        if (resolved is null)
        {
            return;
        }

        plan.Checks.Add(Checks.Run("rename", settings.Node, () => probes.ProveReplaceable(resolved)));
        var job = question.JobId.Length == 0 ? "JOB" : question.JobId;
        var root = contents.Of(PointPaths.Of(instance, target.Root));
        plan.Parts.Add(new PlannedPart(
            new RestorePart(
                instance,
                target.Root,
                resolved.Path,
                SideDirectory.Stage(resolved.Path, job, instance, target.Root),
                SideDirectory.Old(resolved.Path, job, instance, target.Root),
                target.Content),
            target.Content ? root.Files : 0,
            target.Content ? root.Bytes : 0));
    }

    private string RequireSpace(PlannedRestore plan)
    {
        var findings = new List<string>();
        var byFileSystem = plan.Parts.GroupBy(planned =>
        {
            var existing = Existing(planned.Part.Target);
            return (NativeFiles.Look(existing).Identity.Device, existing);
        }).GroupBy(group => group.Key.Device);
        foreach (var fileSystem in byFileSystem)
        {
            var path = fileSystem.First().Key.existing;
            var needed = fileSystem.SelectMany(group => group).Sum(planned => planned.Bytes);
            var free = NativeFiles.FreeBytes(path);
            plan.BytesFree = plan.BytesFree == 0 ? free : Math.Min(plan.BytesFree, free);
            if (needed > free - settings.FreeFloorBytes)
            {
                throw new CairnException(
                    ErrorCode.NoSpace,
                    $"{ByteSize.Format(needed)} are needed on the file system of {path} with {ByteSize.Format(settings.FreeFloorBytes)} to spare, but {ByteSize.Format(free)} are free",
                    "free space there; the old data stay beside until they are discarded",
                    settings.Node,
                    path);
            }

            findings.Add($"{ByteSize.Format(needed)} needed and {ByteSize.Format(free)} free at {path}");
        }

        return findings.Count == 0 ? "no file system is written to" : string.Join("; ", findings);
    }

    private static string Existing(string path)
    {
        while (NativeFiles.Look(path).Kind == FileKind.Missing)
        {
            path = Path.GetDirectoryName(path)!;
        }

        return path;
    }
}
