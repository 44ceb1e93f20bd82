using System.Net;
using System.Text.Json;
using Cairn.Coordinator.Compatibility;
using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Compatibility;

/// <summary>Existing scripts' requests over real HTTP, to a coordinator with agent doubles.</summary>
public sealed class CompatibilityTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient http = new();
    private TestCluster cluster = null!;

    public async Task InitializeAsync()
    {
        cluster = await TestCluster.StartAsync();
        await cluster.StopCoordinatorAsync();
        cluster.Compatibility = new CompatibilitySettings(new IPEndPoint(IPAddress.Loopback, 0), TestCluster.Name)
        {
            AnswerLimit = TimeSpan.FromSeconds(15),
        };
        await cluster.StartCoordinatorAsync();
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => http.Dispose();

    [Theory]
    [InlineData("/debug/ctrl?mod=backup&isInc=false&isNode=true&backupPath=/backups/n2")]
    [InlineData("/backup/run?isInc=false&backupPath=/backups/n1&backupMeta=true&isRemote=false")]
    public async Task A_scripts_backup_is_a_job_and_is_answered_when_it_has_ended(string request)
    {
        var (status, answer) = await PostAsync(request);
        var (later, said) = await PostAsync("/debug/ctrl?mod=backup_status");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("backup success", answer.GetProperty("status").GetString());
        var job = await cluster.Client.GetJobAsync(new GetJobRequest { JobId = answer.GetProperty("jobId").GetString() });
        Assert.Equal((JobState.Succeeded, "insecure"), (job.State, job.AskedBy));
        Assert.Equal(job.PointId, answer.GetProperty("point").GetString());
        Assert.Equal((HttpStatusCode.OK, "backup success"), (later, said.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Databases_that_are_named_make_a_point_of_these_and_others_wait_for_it()
    {
        cluster.Hold("iot", "late", "ops");
        await cluster.StopCoordinatorAsync();
        cluster.Compatibility = cluster.Compatibility! with { AnswerLimit = TimeSpan.FromMilliseconds(300) };
        await cluster.StartCoordinatorAsync();
        cluster["n1"].Script.Hold("copy");

        var (status, answer) = await PostAsync("/backup/run?isInc=false&dbs=ops,iot");
        var (_, same) = await PostAsync("/backup/run?isInc=false&dbs=iot,ops");
        var (other, refused) = await PostAsync("/backup/run?isInc=false");
        cluster["n1"].Script.Release("copy");
        await cluster.EndOfAsync(await cluster.Client.GetJobAsync(new GetJobRequest { JobId = answer.GetProperty("jobId").GetString() }));
        var point = await cluster.Client.GetBackupAsync(new GetBackupRequest { Cluster = TestCluster.Name, Point = "latest" });

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(answer.GetProperty("jobId").GetString(), same.GetProperty("jobId").GetString());
        Assert.Equal((HttpStatusCode.Conflict, "CLUSTER_LOCKED"), (other, refused.GetProperty("code").GetString()));
        Assert.Equal(["iot", "ops"], point.Summary.Objects);
    }

    [Fact]
    public async Task A_backup_that_takes_longer_is_answered_with_its_job_which_later_requests_find_and_an_abort_gives_up()
    {
        await cluster.StopCoordinatorAsync();
        cluster.Compatibility = cluster.Compatibility! with { AnswerLimit = TimeSpan.FromMilliseconds(300) };
        await cluster.StartCoordinatorAsync();
        cluster["n1"].Script.Hold("copy");

        var (status, answer) = await PostAsync("/backup/run?isInc=false&isNode=true");
        var (_, second) = await PostAsync("/backup/run?isInc=false&isNode=true");
        var (_, running) = await PostAsync("/backup/status");
        var (aborted, given) = await PostAsync("/backup/abort");
        cluster["n1"].Script.Release("copy");
        await cluster.EndOfAsync(await cluster.Client.GetJobAsync(new GetJobRequest { JobId = given.GetProperty("jobId").GetString() }));
        var (_, ended) = await PostAsync("/backup/status");
        var (again, _) = await PostAsync("/backup/abort");

        Assert.Equal((HttpStatusCode.Accepted, "backup in progress"), (status, answer.GetProperty("status").GetString()));
        Assert.Equal(answer.GetProperty("jobId").GetString(), second.GetProperty("jobId").GetString());
        Assert.Equal("backup in progress", running.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Accepted, aborted);
        Assert.Equal("backup failed", ended.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Conflict, again);
    }

    [Fact]
    public async Task A_backup_that_failed_is_told_as_such_with_its_code()
    {
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: no space is left", times: 100);

        var (status, answer) = await PostAsync("/backup/run?isInc=false");
        var (_, said) = await PostAsync("/backup/status");

        Assert.True((int)status >= 400, answer.ToString());
        Assert.Equal("NO_SPACE", answer.GetProperty("code").GetString());
        Assert.Equal("backup failed", said.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/backup/run?isInc=TRUE", "is neither true nor false")]
    [InlineData("/backup/run?isInc=false&full=1", "the parameter 'full' is unknown here")]
    [InlineData("/backup/run?isInc=false&isInc=true", "is given 2 times")]
    [InlineData("/backup/run?backupPath=/tmp/x", "its nodes keep their backups in /backups/n1, /backups/n2, /backups/n3")]
    [InlineData("/backup/run?isRemote=true", "of each node's own host")]
    [InlineData("/backup/run?backupMeta=false", "without the cluster's metadata")]
    [InlineData("/backup/status?backupPath=/backups/n1", "the parameter 'backupPath' is unknown here")]
    [InlineData("/debug/ctrl?mod=readonly&switchon=true", "mod 'readonly' is not answered here")]
    public async Task What_is_not_done_is_400_with_the_reason_and_no_job(string request, string reason)
    {
        var (status, answer) = await PostAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(reason, answer.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Empty((await cluster.Client.ListJobsAsync(new ListJobsRequest())).Jobs);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_not_answered_and_nothing_of_it_on_the_port_of_the_contract()
    {
        using var get = await http.GetAsync(new Uri(cluster.CompatibilityUrl, "/backup/run?isInc=false"));
        using var ping = await http.GetAsync(new Uri(cluster.CompatibilityUrl, "/ping"));
        await cluster.StopCoordinatorAsync();
        cluster.Compatibility = null;
        await cluster.StartCoordinatorAsync();

        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound), (get.StatusCode, ping.StatusCode));
        using var contract = await http.PostAsync(new Uri(cluster.CompatibilityUrl, "/backup/run?isInc=false"), content: null);
        Assert.False(contract.IsSuccessStatusCode);
        Assert.Empty((await cluster.Client.ListJobsAsync(new ListJobsRequest())).Jobs);
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string request)
    {
        using var response = await http.PostAsync(new Uri(cluster.CompatibilityUrl, request), content: null);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, answer.RootElement.Clone());
    }
}
