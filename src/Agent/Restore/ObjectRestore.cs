using System.Formats.Tar;
using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Roots;
using Cairn.Agent.Tasks;
using Cairn.Repository;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Restore;

/// <summary>What is particular about bringing some objects back into a database that runs: nothing is replaced, directories are added.</summary>
internal sealed class ObjectRestore(AgentSettings settings, Instances instances, AllowedRoots roots)
{
    /// <summary>INSTANCE/ROOT/OBJECT.</summary>
    public const int PathLevels = 3;

    private readonly RootProbes probes = new(settings.Node);

    /// <summary>Adds the engine's checks and the new directories to the plan; returns what the point holds, or null when that could not be read.</summary>
    public async Task<PointContents?> AddPartsAsync(
        PlannedRestore plan,
        RestoreQuestion question,
        NodeProperties properties,
        INodeRepository opened,
        CancellationToken cancellationToken)
    {
        var contents = new PointContents(PathLevels);
        ObjectLayout? layout = null;
        plan.Checks.Add(await Checks.RunAsync("manifest", settings.Node, async () =>
        {
            await contents.ReadAsync(opened.ReadEntriesAsync(question.Point, cancellationToken));
            return $"the manifest names {contents.Files} files";
        }));
        if (!plan.Checks[^1].Passed)
        {
            return null;
        }

        plan.Checks.Add(await Checks.RunAsync("layout", settings.Node, async () =>
        {
            var instance = Open(properties);
            plan.OnlineInstance = instance.Name;
            layout = await instance.PlanObjectsAsync(
                await RequestAsync(instance, opened, question.Point, properties, question.Objects, question.MetadataHere, cancellationToken),
                cancellationToken);
            return $"{instance.Name} adds directories for {string.Join(", ", question.Objects)}";
        }));
        if (layout is null)
        {
            return null;
        }

        plan.Checks.AddRange(layout.Checks);
        foreach (var root in layout.Targets.GroupBy(target => (target.Root, target.RootPath)))
        {
            AddParts(plan, question, root.Key.Root, root.Key.RootPath, [.. root.Select(target => target.Directory)], contents);
        }

        return contents;
    }

    /// <summary>What the engine is asked about a point's objects.</summary>
    public static async Task<ObjectRequest> RequestAsync(
        IObjectInstance instance,
        INodeRepository opened,
        PointId point,
        NodeProperties properties,
        IReadOnlyList<string> objects,
        bool adoptsHere,
        CancellationToken cancellationToken)
    {
        // The part of the node that captured them has them below its instance, every other node's apart, below that node's instance.
        var metadata = properties.MetadataFrom.Length > 0
            ? await MetadataAsync(opened, point, [$"{PointPaths.ClusterMetadata}/{properties.MetadataFrom}/"], skipped: 3, cancellationToken)
            : await MetadataAsync(
                opened, point, [.. instance.MetadataRoots.Select(root => $"{PointPaths.Of(instance.Name, root)}/")], skipped: 1, cancellationToken);
        return new ObjectRequest(objects, properties.Instances[0].Record, metadata, adoptsHere);
    }

    /// <summary>
    /// Refuses while the database knows one of the restore's objects. Where nobody on this host can be asked it depends on whether somebody else has
    /// been.
    /// </summary>
    /// <exception cref="CairnException">As <see cref="IObjectInstance.RequireAbsentAsync"/>.</exception>
    public async Task RequireAbsentAsync(RestoreRecord restore, bool isVouchedFor, CancellationToken cancellationToken)
    {
        try
        {
            await Open(restore.Instance).RequireAbsentAsync(restore.Objects, cancellationToken);
        }
        catch (CairnException blind) when (blind.Code == ErrorCode.CannotTell && isVouchedFor)
        {
            // The coordinator has seen it by others.
        }
    }

    /// <summary>The instance, as one whose engine can do this.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.Unsupported"/>.</exception>
    public IObjectInstance Open(string name) => instances.Open(name) as IObjectInstance ?? throw new CairnException(
        ErrorCode.Unsupported,
        $"the engine of instance '{name}' cannot bring objects back into a database that runs",
        "restore the whole cluster, without --online",
        settings.Node,
        name);

    private IObjectInstance Open(NodeProperties properties) => properties.Instances is [var only]
        ? Open(only.Name)
        : throw new CairnException(
            ErrorCode.Unsupported,
            $"this node's part of the point has {properties.Instances.Count} instances, and only one at a time can be told of objects",
            "restore the whole cluster, without --online",
            settings.Node);

    private void AddParts(
        PlannedRestore plan, RestoreQuestion question, string root, string rootPath, IReadOnlyList<string> directories, PointContents contents)
    {
        ResolvedRoot? resolved = null;
        var instance = plan.OnlineInstance;
        plan.Checks.Add(Checks.Run("roots", settings.Node, () =>
        {
            resolved = roots.Require(rootPath);
            return $"{instance}/{root} is {resolved.Path}, inside the allowed roots";
        }));
        if (resolved is null)
        {
            return;
        }

        plan.Checks.Add(Checks.Run("rename", settings.Node, () => probes.ProveEnterable(resolved)));
        var job = question.JobId.Length == 0 ? "JOB" : question.JobId;
        foreach (var directory in directories)
        {
            var target = $"{resolved.Path}/{directory}";
            plan.Checks.Add(Checks.Run("absent", settings.Node, () => NativeFiles.Look(target).Kind == FileKind.Missing
                ? $"nothing stands at {target}"
                : throw new CairnException(
                    ErrorCode.AlreadyExists,
                    $"{target} is there already",
                    $"drop '{directory}' in the database and wait until it has removed its directories; else move that one away",
                    settings.Node,
                    target)));

            // A node need not have anything of an object.
            var held = contents.Of($"{PointPaths.Of(instance, root)}/{directory}");
            if (held.Root is not null)
            {
                plan.Parts.Add(new PlannedPart(
                    new RestorePart(
                        instance,
                        root,
                        target,
                        $"{SideDirectory.Stage(resolved.Path, job, instance, root)}/{directory}",
                        $"{SideDirectory.Old(resolved.Path, job, instance, root)}/{directory}",
                        Content: true)
                    {
                        AddedTo = resolved.Path,
                    },
                    held.Files,
                    held.Bytes));
            }
        }
    }

    private static async Task<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>> MetadataAsync(
        INodeRepository opened, PointId point, IReadOnlyList<string> prefixes, int skipped, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var entry in opened.ReadEntriesAsync(point, cancellationToken))
        {
            if (entry.Kind == EntryKind.File && prefixes.Any(prefix => entry.Path.StartsWith(prefix, StringComparison.Ordinal)))
            {
                wanted[entry.Path] = entry.Attributes.Size;
            }
        }

        if (wanted.Values.Sum() is var total && total > MetadataBundle.MaxBytes)
        {
            throw MetadataBundle.TooLarge(opened.Path, total);
        }

        using var archive = new MemoryStream();
        await opened.ExportTarAsync(point, new Repository.ExportRequest { Wanted = wanted.ContainsKey }, archive, cancellationToken);
        archive.Position = 0;
        var metadata = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry is { EntryType: TarEntryType.RegularFile, DataStream: { } content } && wanted.ContainsKey(entry.Name))
            {
                var bytes = new byte[content.Length];
                await content.ReadExactlyAsync(bytes, cancellationToken);
                metadata[string.Join('/', entry.Name.Split('/').Skip(skipped))] = bytes;
            }
        }

        return metadata;
    }
}
