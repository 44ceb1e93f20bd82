using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.TestKit;
using Cairn.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class JobBoardTests
{
    [Fact]
    public async Task A_job_is_found_by_the_beginning_of_its_id_and_an_ambiguous_or_wrong_one_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var job = await cluster.BackUpAsync();

        var found = await cluster.Client.GetJobAsync(new GetJobRequest { JobId = job.JobId[..30] });
        var unknown = await Refusal.OfAsync(cluster.Client.GetJobAsync(new GetJobRequest { JobId = "ffff" }));
        var malformed = await Refusal.OfAsync(cluster.Client.GetJobAsync(new GetJobRequest { JobId = "x%" }));

        Assert.Equal(job.JobId, found.JobId);
        Assert.Equal(ErrorCode.UnknownJob, unknown.Code);
        Assert.Equal(ErrorCode.InvalidRequest, malformed.Code);
    }

    [Fact]
    public async Task A_watcher_sees_the_phases_and_the_end_and_a_late_one_the_end_alone()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        using var watch = cluster.Client.WatchJob(new WatchJobRequest { JobId = started.JobId });
        var phases = new List<string>();
        await foreach (var state in watch.ResponseStream.ReadAllAsync())
        {
            phases.Add(state.Phase);
            if (state.Phase == "copy")
            {
                cluster["n1"].Script.Release("copy");
            }
        }

        using var late = cluster.Client.WatchJob(new WatchJobRequest { JobId = started.JobId });
        var states = await late.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Contains("copy", phases);
        Assert.Equal("commit", phases[^1]);
        Assert.Equal(JobState.Succeeded, Assert.Single(states).State);
    }

    [Fact]
    public async Task A_watcher_is_told_the_end_at_once_however_short_ago_it_was_told_a_state()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var job = cluster.Catalog.Jobs.Find(JobId.Parse((await cluster.BackUpAsync()).JobId))!;

        // Nobody moves this clock on.
        var board = new JobBoard(cluster.Catalog, new ManualTimeProvider());
        var live = board.Add(job with { Ended = null });
        await using var watch = board.WatchAsync(job.Id.ToString(), askedBy: null, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());

        live.Update(state => state.Phase = "commit");
        var next = watch.MoveNextAsync().AsTask();
        live.Update(state => state.Ended = Timestamp.FromDateTimeOffset(job.Created));

        Assert.True(await next.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.NotNull(watch.Current.Ended);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_also_after_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var first = await cluster.BackUpAsync();
        var second = await cluster.BackUpAsync();

        await cluster.RestartCoordinatorAsync();
        var listed = await cluster.Client.ListJobsAsync(new ListJobsRequest { Cluster = TestCluster.Name });
        var whole = await cluster.Client.GetJobAsync(new GetJobRequest { JobId = first.JobId });

        Assert.Equal([second.JobId, first.JobId], listed.Jobs.Select(job => job.JobId));
        Assert.All(listed.Jobs, job => Assert.Empty(job.Events));
        Assert.Equal(first.Events, whole.Events);
        Assert.Equal(JobState.Succeeded, whole.State);
    }
}
