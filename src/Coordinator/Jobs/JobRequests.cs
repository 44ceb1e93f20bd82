using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Nodes;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>What people ask about jobs, as far as they may see them.</summary>
internal sealed class JobRequests(JobBoard board, JobRunner runner, CoordinatorCatalog catalog, NodeDirectory nodes, JobSight sight)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <summary>The newest jobs, without their events.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public ListJobsResponse List(ListJobsRequest request, Caller asker)
    {
        if (request.Cluster.Length > 0)
        {
            catalog.Clusters.Get(request.Cluster);
        }

        if (request.Limit is < 0 or > MaxLimit)
        {
            throw new CairnException(
                ErrorCode.InvalidRequest, $"{request.Limit} jobs cannot be listed at once", $"ask for 1 to {MaxLimit}");
        }

        var limit = request.Limit == 0 ? DefaultLimit : request.Limit;
        return new ListJobsResponse { Jobs = { board.Newest(request.Cluster, sight.LimitOf(asker), limit) } };
    }

    /// <summary>One job; throws as <see cref="JobBoard.Get(string, string)"/>.</summary>
    public Job Get(GetJobRequest request, Caller asker) => board.Get(request.JobId, sight.LimitOf(asker));

    /// <summary>Gives a job up; throws as <see cref="JobRunner.Cancel"/> and <see cref="JobBoard.Resolve"/>.</summary>
    public Job Cancel(CancelJobRequest request, Caller asker) => runner.Cancel(
        board.Resolve(request.JobId, JobSight.CancelLimitOf(asker)), by: asker.Name);

    /// <summary>Goes on with a job that failed; throws as <see cref="JobRunner.Resume"/> and <see cref="JobBoard.Resolve"/>.</summary>
    public Job Resume(ResumeJobRequest request, Caller asker)
    {
        var id = board.Resolve(request.JobId, JobSight.CancelLimitOf(asker));
        return runner.Resume(id, nodes.HighestEpoch(catalog.Jobs.Find(id)?.Cluster ?? ""), by: asker.Name);
    }

    /// <summary>The job's state at once and then its changes until it has ended.</summary>
    public IAsyncEnumerable<Job> WatchAsync(WatchJobRequest request, Caller asker, CancellationToken cancellationToken) =>
        board.WatchAsync(request.JobId, sight.LimitOf(asker), cancellationToken);
}
