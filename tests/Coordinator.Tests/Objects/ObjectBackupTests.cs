using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using Grpc.Core;

namespace Cairn.Coordinator.Tests.Objects;

public sealed class ObjectBackupTests
{
    [Fact]
    public async Task Patterns_become_the_names_that_are_there_and_the_point_says_so()
    {
        await using var cluster = await StartAsync();

        var job = await RunAsync(cluster, BackupKind.Unspecified, "op*", "iot");
        var point = await PointAsync(cluster);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(["iot", "ops", "ops2"], point.Objects);
        Assert.All(cluster.Agents, agent => Assert.All(
            agent.Memory.Received.Select(received => received.Request).OfType<CaptureRequest>(),
            capture => Assert.Equal(["iot", "ops", "ops2"], capture.Objects)));
    }

    [Fact]
    public async Task What_nothing_matches_is_refused_with_what_there_is()
    {
        await using var cluster = await StartAsync();

        var job = await RunAsync(cluster, BackupKind.Unspecified, "iot", "nosuch*");

        Assert.Equal("INVALID_REQUEST", job.Error.Code);
        Assert.Contains("iot, late, ops, ops2", job.Error.Message, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Received));
    }

    [Fact]
    public async Task An_engine_that_cannot_select_is_refused_by_its_capability()
    {
        await using var cluster = await TestCluster.StartAsync();

        var job = await RunAsync(cluster, BackupKind.Unspecified, "iot");

        Assert.Equal("UNSUPPORTED", job.Error.Code);
        Assert.Contains("select.objects", job.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_selection_and_the_whole_cluster_have_chains_of_their_own()
    {
        await using var cluster = await StartAsync();
        await RunAsync(cluster, BackupKind.Full);
        var whole = await PointAsync(cluster);
        var first = await RunAsync(cluster, BackupKind.Unspecified, "iot");
        var iot = await PointAsync(cluster);

        await RunAsync(cluster, BackupKind.Unspecified);
        var nextWhole = await PointAsync(cluster);
        await RunAsync(cluster, BackupKind.Incremental, "i?t");
        var nextIot = await PointAsync(cluster);

        Assert.Equal((BackupKind.Full, BackupKind.Incremental, BackupKind.Incremental), (iot.Kind, nextWhole.Kind, nextIot.Kind));
        Assert.Equal((whole.ChainId, iot.ChainId), (nextWhole.ChainId, nextIot.ChainId));
        Assert.NotEqual(whole.ChainId, iot.ChainId);
        Assert.Contains(first.Events, happened => happened.Text.Contains("so this one is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_increment_on_a_base_of_other_objects_is_refused()
    {
        await using var cluster = await StartAsync();
        await RunAsync(cluster, BackupKind.Full, "iot");

        var other = await RunAsync(cluster, BackupKind.Incremental, "ops");
        var whole = await RunAsync(cluster, BackupKind.Incremental);

        Assert.Equal(("POINT_NOT_FOUND", "POINT_NOT_FOUND"), (other.Error.Code, whole.Error.Code));
        Assert.Contains("limited to ops", other.Error.Message, StringComparison.Ordinal);
        Assert.Contains("of the whole cluster", whole.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_goes_on_without_nodes_does_not_for_a_selection()
    {
        await using var cluster = await StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.InputOutput, "n2: the disk is gone");

        var job = await RunAsync(cluster, BackupKind.Full, "iot");

        Assert.Equal(("INPUT_OUTPUT", JobState.Failed), (job.Error.Code, job.State));
    }

    [Theory]
    [InlineData(true, "", NodeFailurePolicy.Unspecified)]
    [InlineData(false, "native", NodeFailurePolicy.Unspecified)]
    [InlineData(false, "", NodeFailurePolicy.Partial)]
    public async Task Stopped_databases_other_methods_and_parts_of_clusters_do_not_go_with_it(bool cold, string method, NodeFailurePolicy policy)
    {
        await using var cluster = await StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await cluster.Client.RunBackupAsync(
            new RunBackupRequest { Cluster = TestCluster.Name, Objects = { "iot" }, Cold = cold, Method = method, OnNodeFailure = policy }));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private static async Task<TestCluster> StartAsync()
    {
        var cluster = await TestCluster.StartAsync();
        cluster.Hold("iot", "late", "ops", "ops2");
        return cluster;
    }

    private static async Task<Job> RunAsync(TestCluster cluster, BackupKind kind, params string[] objects) => await cluster.EndOfAsync(
        await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name, Kind = kind, Objects = { objects } }));

    private static async Task<PointSummary> PointAsync(TestCluster cluster) =>
        (await cluster.Client.GetBackupAsync(new GetBackupRequest { Cluster = TestCluster.Name, Point = "latest" })).Summary;
}
