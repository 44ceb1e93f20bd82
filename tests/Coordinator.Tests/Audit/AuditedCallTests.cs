using Cairn.Coordinator.Tests.Doubles;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Tests.Audit;

public sealed class AuditedCallTests
{
    [Fact]
    public async Task A_call_that_changes_something_is_audited_before_and_after_and_its_job_at_its_end()
    {
        await using var cluster = await TestCluster.StartAsync();

        var job = await cluster.BackUpAsync();

        var entries = await EntriesAsync(cluster);
        var asked = entries.Single(entry => entry.Kind == "asked" && entry.Call.EndsWith("/RunBackup", StringComparison.Ordinal));
        var answered = entries.Single(entry => entry.Answers == asked.Sequence);
        var ended = entries.Single(entry => entry.Kind == "job-ended");
        Assert.Equal(("user insecure", "127.0.0.1", "cluster=c1"), (asked.Who, asked.Address, asked.Subject));
        Assert.Equal("ok", answered.Outcome);
        Assert.Contains($"job_id={job.JobId}", answered.Subject, StringComparison.Ordinal);
        Assert.Equal(("backup", "succeeded", $"cluster=c1 job_id={job.JobId}"), (ended.Call, ended.Outcome, ended.Subject));
        Assert.Equal("insecure", job.AskedBy);
        Assert.True((await cluster.Client.VerifyAuditAsync(new VerifyAuditRequest())).Sound);
    }

    [Fact]
    public async Task A_change_that_was_refused_is_audited_with_its_code()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        await Refusal.OfAsync(cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = "nowhere" }));

        var entries = await EntriesAsync(cluster);
        Assert.Contains(entries, entry => entry.Outcome == "UNKNOWN_CLUSTER" && entry.Subject == "cluster=nowhere");
    }

    [Fact]
    public async Task A_job_that_an_agent_refuses_over_a_path_ends_in_the_log_under_that_code()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        cluster["n1"].Script.Checks.Add(new Check
        {
            Name = "roots",
            Finding = "/etc lies outside",
            Error = new ErrorDetail { Code = "OUTSIDE_ROOTS", Message = "n1: /etc lies outside the roots", WayOut = "move the data" },
        });

        var job = await cluster.BackUpAsync();

        var ended = (await EntriesAsync(cluster)).Single(entry => entry.Kind == "job-ended");
        Assert.Equal(("OUTSIDE_ROOTS", "user insecure", $"cluster=c1 job_id={job.JobId}"), (ended.Outcome, ended.Who, ended.Subject));
    }

    [Fact]
    public async Task A_path_that_an_agent_refuses_to_a_plan_is_in_the_log_and_what_else_stands_in_its_way_is_not()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.BackUpAsync();
        cluster["n1"].Script.Checks.Add(new Check
        {
            Name = "roots",
            Finding = "/etc lies outside the roots",
            Error = new ErrorDetail { Code = "OUTSIDE_ROOTS", Message = "/etc lies outside the roots", WayOut = "move the data", Node = "n1" },
        });
        cluster["n1"].Script.Checks.Add(new Check
        {
            Name = "space", Finding = "full", Error = new ErrorDetail { Code = "NO_SPACE", Message = "full", WayOut = "free space" },
        });

        var plan = await cluster.Client.PlanRestoreAsync(new RestoreRequest { Cluster = TestCluster.Name, Point = "latest" });

        var refused = Assert.Single(await EntriesAsync(cluster, new ListAuditRequest { RefusalsOnly = true }));
        Assert.False(plan.Possible);
        Assert.Equal(
            ("user insecure", "/cairn.v1.Coordinator/PlanRestore", "OUTSIDE_ROOTS", $"cluster=c1 point_id={plan.Point.PointId} node=n1: /etc lies outside the roots"),
            (refused.Who, refused.Call, refused.Outcome, refused.Subject));
    }

    [Fact]
    public async Task A_restore_by_an_old_plan_is_in_the_log_with_its_hash_and_ends_there_as_refused()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        await cluster.BackUpAsync();
        cluster["n1"].Script.Plan.Add("db/data: 5 files to /data");
        var request = new RestoreRequest { Cluster = TestCluster.Name, Point = "latest" };
        request.PlanHash = (await cluster.Client.PlanRestoreAsync(request)).PlanHash;
        cluster["n1"].Script.Plan[0] = "db/data: 5 files to /elsewhere";

        await cluster.EndOfAsync(await cluster.Client.RunRestoreAsync(request));

        var entries = await EntriesAsync(cluster);
        Assert.Contains(entries, entry => entry.Kind == "asked"
            && entry.Subject.Contains($"plan_hash={request.PlanHash}", StringComparison.Ordinal));
        Assert.Equal("PLAN_CHANGED", entries.Last(entry => entry.Kind == "job-ended").Outcome);
    }

    [Fact]
    public async Task What_only_reads_is_not_audited()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var before = (await EntriesAsync(cluster)).Count;

        await cluster.Client.ListNodesAsync(new ListNodesRequest());
        await cluster.Client.HeartbeatAsync(new HeartbeatRequest { Node = "n1" });

        Assert.Equal(before, (await EntriesAsync(cluster)).Count);
    }

    [Fact]
    public async Task No_token_is_ever_in_the_log()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);

        var added = await cluster.Client.AddUserAsync(new AddUserRequest { Name = "bob", Role = UserRole.Viewer });

        var entries = await EntriesAsync(cluster);
        Assert.Contains(entries, entry => entry.Subject == "name=bob role=viewer");
        Assert.All(entries, entry => Assert.DoesNotContain(added.Token.Split('.')[^1], entry.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Records_can_be_chosen_by_caller_and_the_newest_are_kept()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.BackUpAsync();

        var newest = await EntriesAsync(cluster, new ListAuditRequest { Limit = 2 });
        var nobodys = await EntriesAsync(cluster, new ListAuditRequest { Who = "user nobody" });
        var tooMany = await Assert.ThrowsAsync<RpcException>(() => EntriesAsync(cluster, new ListAuditRequest { Limit = -1 }));

        Assert.Equal(2, newest.Count);
        Assert.Equal("job-ended", newest[^1].Kind);
        Assert.Empty(nobodys);
        Assert.Equal(StatusCode.InvalidArgument, tooMany.StatusCode);
    }

    private static async Task<IReadOnlyList<AuditEntry>> EntriesAsync(TestCluster cluster, ListAuditRequest? request = null)
    {
        using var call = cluster.Client.ListAudit(request ?? new ListAuditRequest { Limit = 1000 });
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }
}
