using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Tests.Restores;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Exporting;

public sealed class ExportFlowTests
{
    [Fact]
    public async Task Every_node_exports_its_part_and_says_where_it_is()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();

        var job = await cluster.EndOfAsync(await cluster.Client.ExportBackupAsync(Request()));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Equal(
            (ExportFormat.Tar, 3), agent.Memory.Received.Select(r => r.Request).OfType<ExportRequest>().Select(r => (r.Format, r.Packing.Zstd)).Single()));
        Assert.Contains(job.Events, happened => happened.Node == "n2" && happened.Text.Contains($"/out/{job.PointId}-n2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_fails_is_named_and_does_not_keep_the_others_from_exporting()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Fail("export", ErrorCode.OutsideRoots, "n2: /out is not below its roots");

        var job = await cluster.EndOfAsync(await cluster.Client.ExportBackupAsync(Request()));

        Assert.Equal((JobState.Failed, "OUTSIDE_ROOTS", "n2"), (job.State, job.Error.Code, job.Error.Node));
        Assert.Equal(2, job.Nodes.Count(node => node.State == TaskState.Succeeded));
    }

    [Fact]
    public async Task An_export_that_is_given_up_ends_on_every_node()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("export");
        var started = await cluster.Client.ExportBackupAsync(Request());
        await cluster.TookAsync("n2", "export");

        await cluster.Client.CancelJobAsync(new CancelJobRequest { JobId = started.JobId });
        var job = await cluster.EndOfAsync(started);
        cluster["n2"].Script.Release("export");

        Assert.Equal(JobState.Cancelled, job.State);
        Assert.All(cluster.Agents, agent => Assert.Contains("end-tasks", agent.Kinds()));
    }

    [Theory]
    [InlineData("out")]
    [InlineData("")]
    public async Task A_directory_that_is_no_absolute_path_is_refused(string directory)
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 1);
        var request = Request();
        request.Directory = directory;

        var refusal = await Refusal.OfAsync(cluster.Client.ExportBackupAsync(request));

        Assert.Equal(ErrorCode.InvalidRequest, refusal.Code);
    }

    private static ExportBackupRequest Request() => new()
    {
        Cluster = TestCluster.Name,
        Point = "latest",
        Format = ExportFormat.Tar,
        Packing = new ExportPacking { Zstd = 3 },
        Directory = "/out",
    };
}
