using Cairn.Coordinator.Audit;
using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Coordinator.Identity;
using Cairn.Coordinator.Jobs;
using Cairn.Coordinator.Nodes;
using Cairn.Shared.Errors;
using Cairn.Shared.Security;
using Cairn.TestKit;
using Cairn.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class JobRunnerTests : IDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-runner-tests-");
    private readonly ManualTimeProvider time = new();
    private readonly CatalogDatabase database;
    private readonly CoordinatorCatalog catalog;
    private readonly AuditLog audit;
    private readonly Caller asker = new(CallerKind.User, "alice", Role.Operator, "10.0.0.1", Refusal: null);

    public JobRunnerTests()
    {
        database = CatalogDatabase.Open(Path.Combine(state.FullName, "catalog.db"));
        catalog = new CoordinatorCatalog(database);
        audit = new AuditLog(
            Path.Combine(state.FullName, "audit"),
            catalog.AuditAnchor,
            AuditLimits.From(new AuditOptions()),
            time,
            NullLogger<AuditLog>.Instance);
        catalog.Clusters.Add(new ClusterDefinition("c1", "e", ["n1"]));
    }

    [Fact]
    public async Task A_job_that_fails_because_the_coordinator_stops_is_taken_up_at_the_next_start()
    {
        using (var first = Runner(new Flow(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token).ContinueWith(_ => { }, TaskScheduler.Default);
            throw new CairnException(ErrorCode.AgentUnreachable, "the calls were cut", "wait");
        })))
        {
            Start(first);
            await first.StopAsync(CancellationToken.None);
        }

        var left = Assert.Single(catalog.Jobs.Unfinished());
        var adopted = new TaskCompletionSource<bool>();
        using var second = Runner(new Flow((job, _) =>
        {
            adopted.SetResult(job.Adopted);
            return Task.FromResult(JobState.Succeeded);
        }));
        await second.StartAsync(CancellationToken.None);
        var wasAdopted = await adopted.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync(
            "the job has ended", () => catalog.Jobs.Find(left.Id)!.HasEnded, TimeSpan.FromSeconds(10), CancellationToken.None);

        Assert.True(wasAdopted);
        Assert.Null(catalog.Clusters.Get("c1").LockedBy);
    }

    [Fact]
    public async Task A_defect_in_a_flow_ends_its_job_without_telling_its_text()
    {
        using var runner = Runner(new Flow((_, _) => throw new InvalidOperationException("the password is x")));

        var job = Start(runner);
        await Eventually.HoldsAsync(
            "the job has ended", () => catalog.Jobs.Unfinished().Count == 0, TimeSpan.FromSeconds(10), CancellationToken.None);

        var ended = catalog.Jobs.Find(Cairn.Shared.Identifiers.JobId.Parse(job.JobId))!;
        Assert.Equal((JobState.Failed, "INTERNAL"), (ended.State, ended.Error!.Code));
        Assert.DoesNotContain("password", ended.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_reads_back_what_it_recorded_and_an_adopted_one_too()
    {
        string? read = null;
        using var runner = Runner(new Flow((job, _) =>
        {
            job.SavePlan(new Plan("there"), "p1");
            read = job.ReadPlan<Plan>()!.Word;
            return Task.FromResult(JobState.Succeeded);
        }));

        var job = Start(runner);
        await Eventually.HoldsAsync(
            "the job has ended", () => catalog.Jobs.Unfinished().Count == 0, TimeSpan.FromSeconds(10), CancellationToken.None);

        Assert.Equal("there", read);
        Assert.Equal("p1", catalog.Jobs.Find(Cairn.Shared.Identifiers.JobId.Parse(job.JobId))!.PointId);
    }

    public void Dispose()
    {
        audit.Dispose();
        database.Dispose();
        state.Delete(recursive: true);
    }

    private JobRunner Runner(IJobFlow flow) =>
        new(catalog, new JobBoard(catalog, time), [flow], audit, time, NullLogger<JobRunner>.Instance);

    private Job Start(JobRunner runner) => new JobStart(
            catalog,
            new NodeDirectory(catalog, new TransportSecurity(IsInsecure: true), new Revocations(catalog, time), time),
            runner,
            time)
        .Start(JobKind.Backup, "c1", new RunBackupRequest { Cluster = "c1" }, asker);

    private sealed record Plan(string Word);

    private sealed class Flow(Func<RunningJob, CancellationToken, Task<JobState>> run) : IJobFlow
    {
        public JobKind Kind => JobKind.Backup;

        public bool CanBeCancelled => false;

        public async Task<JobState> RunAsync(RunningJob job, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await run(job, cancellationToken);
        }
    }
}
