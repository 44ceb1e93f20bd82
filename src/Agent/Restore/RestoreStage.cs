using Cairn.Agent.Backup;
using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Agent.Native;
using Cairn.Agent.Roots;
using Cairn.Agent.Tasks;
using Cairn.Repository;
using Cairn.V1;
using Microsoft.Extensions.Logging;

namespace Cairn.Agent.Restore;

/// <summary>
/// Fills the stage: the point's part, every hash checked, durable, finished by the engine. Live data are not touched. A
/// stage that was interrupted is begun anew.
/// </summary>
internal sealed class RestoreStage(
    AgentSettings settings, RestorePlanner planner, NodeRepository repository, RestoreJournal restores, ILogger<RestoreStage> logger)
{
    private const uint PrivateMode = 0x1c0;

    /// <summary>Stages the restore of the request's job.</summary>
    public async Task<TaskStatus> RunAsync(
        StageRequest request, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var question = new RestoreQuestion(
            request.Header.Cluster,
            request.Header.JobId,
            PointIds.Require(request.PointId),
            request.SourceNode,
            request.MetadataHere,
            [.. request.AcceptedCaveats],
            [.. request.Parameters])
        {
            Objects = [.. request.Objects],
        };
        return new TaskStatus { Stage = await RunAsync(question, request.Header.Epoch, progress, cancellationToken) };
    }

    /// <summary>Stages the restore that is asked for.</summary>
    public async Task<StageResult> RunAsync(
        RestoreQuestion question, long epoch, IProgress<Progress> progress, CancellationToken cancellationToken)
    {
        var known = restores.Find(question.JobId);
        if (known is not null && known.State != RestoreState.Staging)
        {
            throw RestoreJournal.Illegal(settings.Node, known, "stage");
        }

        var plan = await planner.PlanAsync(question, cancellationToken);
        Checks.Require(plan.Checks, settings.Node);

        // Journaled before the first directory is made, so that a crash in between leaves nothing that nobody knows.
        var restore = restores.BeginStaging(
            question, epoch, [.. plan.Parts.Select(planned => planned.Part)], MissingParents(plan), plan.OnlineInstance);
        var opened = await repository.OpenForAsync(question.Point, question.SourceNode, cancellationToken);
        var contents = new PointContents(question.Objects.Count > 0 ? ObjectRestore.PathLevels : PointContents.RootLevels);
        await contents.ReadAsync(opened.ReadEntriesAsync(question.Point, cancellationToken));
        MakeParents(restore, contents);
        Clear(restore, cancellationToken);
        var report = await FillAsync(opened, question.Point, restore, contents, progress, cancellationToken);
        await FinishAsync(plan, restore, cancellationToken);
        foreach (var fileSystem in restore.Parts.DistinctBy(part => NativeFiles.Look(part.Stage).Identity.Device))
        {
            NativeFiles.SyncFileSystem(fileSystem.Stage);
        }

        restores.Move(restore, RestoreState.Staged, changed => changed with
        {
            StagedBytes = report.Bytes,
            Parts = [.. changed.Parts.Select(part => part with { Inode = NativeFiles.Require(part.Stage).Identity.Inode })],
        });
        RestoreLog.Staged(logger, question.JobId, report.Files, report.Bytes, report.SharedBytes);
        return new StageResult { Files = report.Files, Bytes = report.Bytes, SharedBytes = report.SharedBytes };
    }

    private static void Clear(RestoreRecord restore, CancellationToken cancellationToken)
    {
        foreach (var part in restore.Parts)
        {
            Tree.Remove(part.Stage, cancellationToken);
            SideDirectory.Make(Path.GetDirectoryName(part.Stage)!);
            SideDirectory.Make(Path.GetDirectoryName(part.Old)!);
        }
    }

    private static async Task<RestoreReport> FillAsync(
        INodeRepository opened,
        PointId point,
        RestoreRecord restore,
        PointContents contents,
        IProgress<Progress> progress,
        CancellationToken cancellationToken)
    {
        var report = new RestoreReport(0, 0, 0, 0);
        var held = restore.Parts
            .Where(part => part.Content && contents.Of(PathOf(part)).Root is not null)
            .Select(part => new RestoreRoot(PathOf(part), part.Stage) { Earlier = part.AddedTo is null ? part.Target : null })
            .ToList();
        if (held.Count > 0)
        {
            report = await opened.RestoreAsync(
                point,
                new Cairn.Repository.RestoreRequest { Roots = held, SetOwners = true },
                new CopyTotals("stage", []).Report(progress),
                cancellationToken);
        }

        foreach (var part in restore.Parts.Where(part => NativeFiles.Look(part.Stage).Kind == FileKind.Missing))
        {
            MakeEmpty(part);
        }

        return report;
    }

    private static string PathOf(RestorePart part)
    {
        var root = PointPaths.Of(part.Instance, part.Root);
        return part.AddedTo is null ? root : $"{root}/{Path.GetFileName(part.Target)}";
    }

    // An empty directory takes the owner and mode of the one that it replaces, or of the directory that it will be in.
    private static void MakeEmpty(RestorePart part)
    {
        var live = NativeFiles.Look(part.Target);
        var like = live.Kind == FileKind.Directory ? live : NativeFiles.Look(Path.GetDirectoryName(part.Target)!);
        NativeFiles.MakeDirectory(part.Stage, PrivateMode);
        GiveTo(part.Stage, like.UserId, like.GroupId);
        NativeFiles.ChangeMode(part.Stage, like.Mode);
    }

    private static async Task FinishAsync(
        PlannedRestore plan, RestoreRecord restore, CancellationToken cancellationToken)
    {
        foreach (var planned in plan.Instances)
        {
            var stages = restore.Parts
                .Where(part => part.Instance == planned.Instance.Name)
                .ToDictionary(part => part.Root, part => part.Stage, StringComparer.Ordinal);
            await planned.Instance.FinishStageAsync(planned.Facts, planned.Layout, stages, cancellationToken);
        }
    }

    private static List<string> MissingParents(PlannedRestore plan)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var planned in plan.Parts)
        {
            for (var path = Path.GetDirectoryName(planned.Part.Target)!;
                NativeFiles.Look(path).Kind == FileKind.Missing;
                path = Path.GetDirectoryName(path)!)
            {
                missing.Add(path);
            }
        }

        // A directory sorts before what is in it.
        return [.. missing];
    }

    private static void MakeParents(RestoreRecord restore, PointContents contents)
    {
        foreach (var parent in restore.MadeParents)
        {
            var inside = restore.Parts.First(part => part.Target.StartsWith(parent + "/", StringComparison.Ordinal));
            var like = contents.Of(PointPaths.Of(inside.Instance, inside.Root)).Root;
            var mode = like?.Mode ?? NativeFiles.Look(Path.GetDirectoryName(parent)!).Mode;
            if (NativeFiles.MakeDirectory(parent, mode) && like is { } owner)
            {
                GiveTo(parent, owner.Uid, owner.Gid);
                NativeFiles.ChangeMode(parent, mode);
            }

            NativeFiles.SyncDirectory(Path.GetDirectoryName(parent)!);
        }
    }

    private static void GiveTo(string path, uint user, uint group)
    {
        var now = NativeFiles.Look(path);
        if (now.UserId != user || now.GroupId != group)
        {
            NativeFiles.ChangeOwner(path, user, group);
        }
    }
}
