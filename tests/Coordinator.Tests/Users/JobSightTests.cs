using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Users;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Users;

public sealed class JobSightTests
{
    [Fact]
    public async Task Users_see_their_own_jobs_and_those_with_the_right_and_admins_all()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var requests = Requests(cluster);
        var job = await cluster.BackUpAsync();
        cluster.Catalog.Users.Add(User("watcher", Role.Viewer, allJobs: true));
        cluster.Catalog.Users.Add(User("alice", Role.Operator, allJobs: false));

        var own = requests.List(new ListJobsRequest(), Caller("insecure", Role.Operator));
        var withRight = requests.List(new ListJobsRequest(), Caller("watcher", Role.Viewer));
        var admin = requests.List(new ListJobsRequest(), Caller("root", Role.Admin));
        var other = requests.List(new ListJobsRequest(), Caller("alice", Role.Operator));

        Assert.All([own, withRight, admin], seen => Assert.Equal(job.JobId, Assert.Single(seen.Jobs).JobId));
        Assert.Empty(other.Jobs);
    }

    [Theory]
    [InlineData(36)]
    [InlineData(12)]
    public async Task Another_s_job_is_as_unknown_as_one_that_never_was(int idLength)
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var requests = Requests(cluster);
        var id = (await cluster.BackUpAsync()).JobId[..idLength];
        var alice = Caller("alice", Role.Operator);

        var got = Assert.Throws<CairnException>(() => requests.Get(new GetJobRequest { JobId = id }, alice));
        var watched = await Assert.ThrowsAsync<CairnException>(async () =>
        {
            await foreach (var _ in requests.WatchAsync(new WatchJobRequest { JobId = id }, alice, CancellationToken.None))
            {
                Assert.Fail("it was told");
            }
        });

        Assert.Equal((ErrorCode.UnknownJob, ErrorCode.UnknownJob), (got.Code, watched.Code));
        Assert.NotNull(requests.Get(new GetJobRequest { JobId = id }, Caller("insecure", Role.Viewer)));
    }

    [Fact]
    public async Task To_see_another_s_job_is_no_right_to_give_it_up()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster["n1"].Script.Hold("copy");
        var job = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        cluster.Catalog.Users.Add(User("watcher", Role.Operator, allJobs: true));
        var request = new CancelJobRequest { JobId = job.JobId };

        var refusal = Assert.Throws<CairnException>(
            () => Requests(cluster).Cancel(request, Caller("watcher", Role.Operator)));
        var given = Requests(cluster).Cancel(request, Caller("root", Role.Admin));
        cluster["n1"].Script.Release("copy");
        await cluster.EndOfAsync(job);

        Assert.Equal(ErrorCode.UnknownJob, refusal.Code);
        Assert.Equal(job.JobId, given.JobId);
    }

    private static JobRequests Requests(TestCluster cluster) => cluster.Service<JobRequests>();

    private static Caller Caller(string name, Role role) => new(CallerKind.User, name, role, "127.0.0.1", Refusal: null);

    private static UserRecord User(string name, Role role, bool allJobs) =>
        new(name, role, allJobs, TimeProvider.System.GetUtcNow(), "root", Expires: null, TokenHash: new byte[32]);
}
