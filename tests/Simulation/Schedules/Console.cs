using Cairn.Simulation.Network;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Simulation.Schedules;

/// <summary>What an operator does: asks, waits for jobs, looks again when the coordinator is away.</summary>
internal sealed class Console(World world)
{
    private const int ManyJobs = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Forever = TimeSpan.FromHours(24);

    /// <summary>The coordinator's client. Each call has a deadline.</summary>
    public V1.Coordinator.CoordinatorClient Client { get; } =
        new(new SimulatedInvoker(world.Network, world.OperatorEnd, World.Coordinator));

    /// <summary>The options of one call.</summary>
    public CallOptions Options => new(deadline: (world.OperatorEnd.Clock.GetUtcNow() + TimeSpan.FromMinutes(2)).UtcDateTime);

    /// <summary>Asks until the coordinator answers.</summary>
    public async Task<T> AskAsync<T>(Func<V1.Coordinator.CoordinatorClient, CallOptions, AsyncUnaryCall<T>> call)
    {
        var until = world.Time.Elapsed + Forever;
        while (true)
        {
            try
            {
                return await call(Client, Options);
            }
            catch (RpcException away) when (
                away.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded && world.Time.Elapsed < until)
            {
                await PauseAsync();
            }
        }
    }

    /// <summary>
    /// Asks once for something that is not safe to ask twice; null when it was refused, or when nobody can tell, because the answer was lost.
    /// </summary>
    public async Task<Job?> StartAsync(string what, Func<V1.Coordinator.CoordinatorClient, CallOptions, AsyncUnaryCall<Job>> call)
    {
        try
        {
            var job = await call(Client, Options);
            world.Tell($"operator: {what} is job {job.JobId}");
            return job;
        }
        catch (RpcException refused)
        {
            world.Tell($"operator: {what}: {refused.Status.StatusCode}: {refused.Status.Detail}");
            return null;
        }
    }

    /// <summary>All jobs so far, oldest first.</summary>
    public async Task<IReadOnlyList<Job>> JobsAsync()
    {
        var listed = await AskAsync((client, options) => client.ListJobsAsync(
            new ListJobsRequest { Cluster = World.Cluster, Limit = ManyJobs }, options));
        return [.. listed.Jobs.Reverse()];
    }

    /// <summary>Waits until no job runs any more.</summary>
    /// <exception cref="InvariantException">One runs for ever.</exception>
    public async Task<IReadOnlyList<Job>> EndedAsync()
    {
        var until = world.Time.Elapsed + Forever;
        while (true)
        {
            var jobs = await JobsAsync();
            if (jobs.All(job => job.Ended is not null))
            {
                return jobs;
            }

            if (world.Time.Elapsed > until)
            {
                throw new InvariantException($"a job goes on for ever: {jobs.First(job => job.Ended is null)}");
            }

            await PauseAsync();
        }
    }

    /// <summary>Waits a little.</summary>
    public Task PauseAsync() => Task.Delay(Pause, world.OperatorEnd.Clock, CancellationToken.None);
}
