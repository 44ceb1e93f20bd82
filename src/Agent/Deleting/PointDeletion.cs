using Cairn.Agent.Backup;
using Cairn.Repository;
using Cairn.V1;

namespace Cairn.Agent.Deleting;

/// <summary>Deletes this node's part of a point, and says before what that frees. Never breaks another point.</summary>
internal sealed class PointDeletion(NodeRepository repository)
{
    /// <summary>What deleting it would free; changes nothing.</summary>
    public async Task<DeleteResult> PlanAsync(PlanDeleteRequest request, CancellationToken cancellationToken)
    {
        var opened = await repository.OpenAsync(cancellationToken);
        try
        {
            return ToResult(await opened.PlanDeletionAsync(PointIds.Require(request.PointId), cancellationToken));
        }
        catch (PointNotFoundException)
        {
            return new DeleteResult();
        }
    }

    /// <summary>Deletes it, and leaves a tombstone also where there was nothing. Twice is once.</summary>
    public async Task<Cairn.V1.TaskStatus> RunAsync(DeleteRequest request, CancellationToken cancellationToken)
    {
        var opened = await repository.OpenAsync(cancellationToken);
        return new Cairn.V1.TaskStatus
        {
            Delete = ToResult(await opened.DeletePointAsync(PointIds.Require(request.PointId), cancellationToken)),
        };
    }

    private static DeleteResult ToResult(DeleteReport report) => new()
    {
        Held = report.Chain is not null,
        BytesFreed = report.BytesFreed,
        PacksDeleted = report.PacksDeleted,
        PacksKept = report.PacksKept,
        ChainDeleted = report.ChainDeleted,
    };
}
