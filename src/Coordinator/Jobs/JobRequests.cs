using Cairn.Coordinator.Catalog;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Jobs;

/// <summary>What people ask about jobs.</summary>
internal sealed class JobRequests(JobBoard board, JobRunner runner, CoordinatorCatalog catalog)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <summary>The newest jobs, without their events.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.UnknownCluster"/>, <see cref="ErrorCode.InvalidRequest"/>.</exception>
    public ListJobsResponse List(ListJobsRequest request)
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

        return new ListJobsResponse
        {
            Jobs = { board.Newest(request.Cluster, request.Limit == 0 ? DefaultLimit : request.Limit) },
        };
    }

    /// <summary>One job; throws as <see cref="JobBoard.Get(string)"/>.</summary>
    public Job Get(GetJobRequest request) => board.Get(request.JobId);

    /// <summary>Gives a job up; throws as <see cref="JobRunner.Cancel"/> and <see cref="JobBoard.Resolve"/>.</summary>
    public Job Cancel(CancelJobRequest request) => runner.Cancel(board.Resolve(request.JobId), by: "");

    /// <summary>The job's state at once and then its changes until it has ended.</summary>
    public IAsyncEnumerable<Job> WatchAsync(WatchJobRequest request, CancellationToken cancellationToken) =>
        board.WatchAsync(request.JobId, cancellationToken);
}
