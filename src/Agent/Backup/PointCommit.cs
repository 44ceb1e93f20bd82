using Cairn.Agent.Configuration;
using Cairn.Agent.Journal;
using Cairn.Repository;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Backup;

/// <summary>The last steps of a backup on this node: the manifest, and then the record that makes the point exist, or its end.</summary>
internal sealed class PointCommit(
    AgentSettings settings, AgentJournal journal, CaptureDesk captures, NodeRepository repository)
{
    /// <summary>Makes the manifest durable. Twice is once.</summary>
    public async Task<TaskStatus> PrepareAsync(PrepareRequest request, CancellationToken cancellationToken)
    {
        var point = PointIds.Require(request.PointId);
        var copy = journal.Copies.Find(request.Header.JobId) is { } found && found.PointId == request.PointId
            ? found
            : throw new CairnException(
                ErrorCode.InvalidRequest,
                $"job {request.Header.JobId} has not finished copying point {point} on this node",
                "run the backup again",
                settings.Node,
                request.PointId);
        var opened = await repository.OpenAsync(cancellationToken);
        var manifest = await opened.FindPreparedAsync(point, cancellationToken)
            ?? await PrepareAsync(opened, point, copy, cancellationToken);
        return new TaskStatus
        {
            Prepare = new PrepareResult
            {
                Node = new PointNode
                {
                    Node = settings.Node,
                    ManifestHash = manifest.Hash.ToString(),
                    Files = manifest.Files,
                    Bytes = manifest.Bytes,
                    StoredBytes = manifest.NewStoredBytes,
                    CarriedBytes = copy.CarriedBytes,
                    CaptureMs = copy.CaptureMs,
                    FullInsideIncremental = manifest.FullInsideChain,
                    HasMetadata = copy.HasMetadata,
                    Roles = { copy.Roles },
                },
                Caveats = { copy.Caveats.Select(caveat => new Caveat { Name = caveat.Name, Text = caveat.Text }) },
            },
        };
    }

    /// <summary>Makes the point exist on this node. Twice is once.</summary>
    public async Task<TaskStatus> CommitAsync(CommitRequest request, CancellationToken cancellationToken)
    {
        var point = PointIds.Require(request.PointId);
        var opened = await repository.OpenAsync(cancellationToken);
        var record = CommitRecords.ToRepository(request, settings.Node);
        var begun = await FindBegunAsync(opened, point, cancellationToken);
        await opened.CommitAsync(point, record with { BasePoint = begun }, cancellationToken);
        await captures.EndAsync(request.Header.JobId, "its point is committed", lost: false, cancellationToken);
        return new TaskStatus();
    }

    /// <summary>Ends the job's capture and sweeps what it wrote; never a committed point. Twice is once.</summary>
    public async Task<TaskStatus> AbortAsync(AbortRequest request, CancellationToken cancellationToken)
    {
        var reason = request.Reason.Length == 0 ? "the job was given up" : $"the job was given up: {request.Reason}";
        await captures.EndAsync(request.Header.JobId, reason, lost: false, cancellationToken);
        if (request.PointId.Length > 0)
        {
            var opened = await repository.OpenAsync(cancellationToken);
            await opened.AbortAsync(PointIds.Require(request.PointId), cancellationToken);
        }

        journal.Copies.Remove(request.Header.JobId);
        return new TaskStatus();
    }

    private async Task<PreparedManifest> PrepareAsync(
        INodeRepository opened, PointId point, CopyRecord copy, CancellationToken cancellationToken)
    {
        var unfinished = await opened.ListUncommittedAsync(cancellationToken);
        var begun = unfinished.FirstOrDefault(candidate => candidate.Begun.Point == point) ?? throw new CairnException(
            ErrorCode.InvalidRequest,
            $"the repository knows of no copy of point {point}",
            "run the backup again",
            settings.Node,
            point.ToString());
        await using var writer = await opened.BeginPointAsync(begun.Begun, cancellationToken);
        return await writer.PrepareAsync(new PointProperties(copy.Properties), cancellationToken);
    }

    // The base goes into the record as the copy was begun with it: every node was asked for the same one.
    private static async Task<PointId?> FindBegunAsync(
        INodeRepository opened, PointId point, CancellationToken cancellationToken)
    {
        var unfinished = await opened.ListUncommittedAsync(cancellationToken);
        if (unfinished.FirstOrDefault(candidate => candidate.Begun.Point == point) is { } begun)
        {
            return begun.Begun.BasePoint;
        }

        return (await opened.ReadPointAsync(point, cancellationToken)).Begun.BasePoint;
    }
}
