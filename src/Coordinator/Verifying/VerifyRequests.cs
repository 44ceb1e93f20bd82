using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Jobs;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Verifying;

/// <summary>What people ask about the soundness of points.</summary>
internal sealed class VerifyRequests(CoordinatorCatalog catalog, JobStart jobs)
{
    /// <summary>Starts a verification. Without a level every byte is read.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.ClusterLocked"/>, <see cref="ErrorCode.InvalidRequest"/>.
    /// </exception>
    public Job Run(VerifyBackupRequest request, Caller asker)
    {
        catalog.Clusters.Get(request.Cluster);
        if (request.Point.Length == 0)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, "no point is named", "give a point id, the beginning of one, or 'latest'");
        }

        if (request.HasMaxShrinkage)
        {
            _ = Bounded.Require("max_shrinkage", request.MaxShrinkage, 0, 1);
        }

        var asked = request.Clone();
        asked.Level = request.Level switch
        {
            VerifyLevel.Unspecified => VerifyLevel.Hash,
            VerifyLevel.Presence or VerifyLevel.Hash or VerifyLevel.Restore => request.Level,
            _ => throw new CairnException(
                ErrorCode.InvalidRequest, $"there is no level {(int)request.Level} of verification", "use presence, hash or restore"),
        };
        return jobs.Start(JobKind.Verify, request.Cluster, asked, asker);
    }
}
