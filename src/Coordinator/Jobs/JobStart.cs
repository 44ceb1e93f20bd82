using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.Shared.Security;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Jobs;

/// <summary>Makes jobs out of accepted requests.</summary>
internal sealed class JobStart(CoordinatorCatalog catalog, NodeDirectory nodes, JobRunner runner, TimeProvider time)
{
    /// <summary>Takes the cluster's lock and starts the job; returns it as it is then.</summary>
    /// <exception cref="CairnException">
    /// <see cref="ErrorCode.UnknownCluster"/>; <see cref="ErrorCode.ClusterLocked"/>, also while a decided restore is not
    /// in place everywhere and the job is not the one that ends that.
    /// </exception>
    public Job Start(
        JobKind kind, string cluster, IMessage request, Caller asker, string pointId = "", string restoreJobId = "")
    {
        if (kind is not JobKind.Undo)
        {
            RequireNoHalfRestore(cluster);
        }

        var job = new JobRecord(
            JobId.New(time),
            kind,
            cluster,
            JobState.Queued,
            Phase: "queued",
            time.GetUtcNow(),
            Ended: null,
            Epoch: 0,
            pointId,
            restoreJobId,
            Error: null,
            request.ToByteString(),
            Plan: null,
            JobDecision.None,
            RestoreAftermath.Beside,
            CancelRequested: null,
            asker.Name);
        return runner.Start(job, nodes.HighestEpoch(cluster));
    }

    private void RequireNoHalfRestore(string cluster)
    {
        var owed = catalog.Owed.All().FirstOrDefault(
            owed => owed.Cluster == cluster && owed.Command is OwedCommand.Decide or OwedCommand.Swap);
        if (owed is not null && catalog.Clusters.Get(cluster).LockedBy is null)
        {
            throw new CairnException(
                ErrorCode.ClusterLocked,
                $"restore {owed.JobId} of cluster '{cluster}' is decided but not yet in place on {owed.Node}",
                $"bring {owed.Node} back and it will be put in place, or go back: cairn restore undo {cluster}",
                owed.Node,
                owed.JobId.ToString());
        }
    }
}
