using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class BackupFlowTests
{
    [Fact]
    public async Task A_backup_ends_with_the_same_commit_record_on_every_node()
    {
        await using var cluster = await TestCluster.StartAsync();

        var job = await cluster.BackUpAsync();

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        var records = cluster.Agents.Select(agent => agent.Memory.Committed[job.PointId].ToByteString()).ToList();
        Assert.All(records, record => Assert.Equal(records[0], record));
        var summary = CommitRecord.Parser.ParseFrom(records[0]).Summary;
        Assert.Equal(["n1", "n2", "n3"], summary.Nodes.Select(node => node.Node));
        Assert.Equal(BackupKind.Full, summary.Kind);
        Assert.Equal("all points acknowledged before the start", summary.Consistency);
        Assert.Equal(job.JobId, summary.JobId);
    }

    [Fact]
    public async Task Commands_come_in_the_order_of_the_flow_and_metadata_are_captured_on_the_leader_only()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster.Lead("n2");

        await cluster.BackUpAsync();

        Assert.Equal(
            ["capture logs", "capture data", "copy", "end", "prepare", "commit"], cluster["n1"].Kinds());
        Assert.Equal(
            ["capture logs", "capture data", "capture metadata", "copy", "end", "prepare", "commit"],
            cluster["n2"].Kinds());
    }

    [Fact]
    public async Task The_leaders_metadata_reach_every_other_node()
    {
        await using var cluster = await TestCluster.StartAsync();
        var metadata = new byte[(3 * 1024 * 1024) + 7];
        Random.Shared.NextBytes(metadata);
        cluster["n1"].Script.Metadata = metadata;

        await cluster.BackUpAsync();

        Assert.Null(cluster["n1"].Memory.ForeignMetadata);
        Assert.Equal(metadata, cluster["n2"].Memory.ForeignMetadata);
        Assert.Equal(metadata, cluster["n3"].Memory.ForeignMetadata);
    }

    [Fact]
    public async Task No_node_begins_a_capture_step_before_all_have_ended_the_one_before()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n3"].Script.Hold("capture logs");

        var job = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n3", "capture logs");
        await cluster.HoldsAsync("n1 has ended its logs", () => HasEnded(cluster["n1"], "capture"));
        var before = cluster["n1"].Kinds();
        cluster["n3"].Script.Release("capture logs");
        var ended = await cluster.EndOfAsync(job);

        Assert.Equal(["capture logs"], before);
        Assert.Equal(JobState.Succeeded, ended.State);
    }

    [Fact]
    public async Task An_incremental_without_a_point_to_build_on_is_refused_with_the_way_out()
    {
        await using var cluster = await TestCluster.StartAsync();

        var job = await cluster.BackUpAsync(BackupKind.Incremental);

        Assert.Equal("POINT_NOT_FOUND", job.Error.Code);
        Assert.Contains("--full", job.Error.WayOut, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Kinds()));
    }

    [Fact]
    public async Task Without_a_kind_the_first_backup_is_full_and_the_next_builds_on_it_in_its_chain()
    {
        await using var cluster = await TestCluster.StartAsync();

        var first = await cluster.BackUpAsync();
        var second = await cluster.BackUpAsync();

        var full = cluster["n1"].Memory.Committed[first.PointId].Summary;
        var incremental = cluster["n1"].Memory.Committed[second.PointId].Summary;
        var copy = (CopyRequest)cluster["n1"].Memory.Received.Last(received => received.Kind == "copy").Request;
        Assert.Equal(BackupKind.Incremental, incremental.Kind);
        Assert.Equal(full.ChainId, incremental.ChainId);
        Assert.Equal(first.PointId, copy.BasePointId);
    }

    [Fact]
    public async Task A_second_backup_at_once_is_refused_and_told_who_holds_the_cluster()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Hold("copy");
        var job = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });

        var refusal = await Refusal.OfAsync(
            cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name }));
        cluster["n1"].Script.Release("copy");
        await cluster.EndOfAsync(job);

        Assert.Equal(ErrorCode.ClusterLocked, refusal.Code);
        Assert.Contains(job.JobId, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task A_failed_copy_aborts_the_point_on_every_node_and_frees_the_cluster()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: 3 bytes are free");

        var job = await cluster.BackUpAsync();

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal(("NO_SPACE", "n2"), (job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Memory.Committed));
        Assert.Empty(cluster.Catalog.Clusters.Get(TestCluster.Name).LockedBy ?? "");
        Assert.Empty(cluster.Catalog.Owed.All());
    }

    [Fact]
    public async Task A_failed_precheck_refuses_before_anything_is_touched()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n3"].Script.Checks.Add(new Check
        {
            Name = "link",
            Finding = "no links",
            Error = new ErrorDetail { Code = "LINK_IMPOSSIBLE", Message = "n3: no links at /data", WayOut = "use another file system" },
        });

        var job = await cluster.BackUpAsync();

        Assert.Equal(("LINK_IMPOSSIBLE", "n3"), (job.Error.Code, job.Error.Node));
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Kinds()));
    }

    [Fact]
    public async Task A_capability_that_an_instance_does_not_declare_is_refused()
    {
        await using var cluster = await TestCluster.StartAsync();

        var job = await cluster.EndOfAsync(await cluster.Client.RunBackupAsync(
            new RunBackupRequest { Cluster = TestCluster.Name, Exact = true }));

        Assert.Equal("UNSUPPORTED", job.Error.Code);
        Assert.Contains("backup.exact", job.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cold_backup_takes_every_nodes_own_metadata_and_hands_none_over()
    {
        await using var cluster = await TestCluster.StartAsync();
        foreach (var agent in cluster.Agents)
        {
            agent.Instance.RunState = RunState.Stopped;
            agent.Instance.View = null;
        }

        var job = await cluster.EndOfAsync(await cluster.Client.RunBackupAsync(
            new RunBackupRequest { Cluster = TestCluster.Name, Cold = true }));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.All(cluster.Agents, agent => Assert.Contains("capture metadata", agent.Kinds()));
        Assert.All(cluster.Agents, agent => Assert.Null(agent.Memory.ForeignMetadata));
        Assert.All(cluster["n1"].Memory.Committed[job.PointId].Summary.Nodes, node => Assert.True(node.HasMetadata));
    }

    [Fact]
    public async Task Caveats_of_steps_and_of_the_cut_are_in_the_point_once_each()
    {
        await using var cluster = await TestCluster.StartAsync();
        var caveat = new Caveat { Name = "unproven-version", Text = "never run" };
        foreach (var agent in cluster.Agents)
        {
            agent.Script.OnSuccess = (kind, _, status) => status.Capture?.Caveats.Add(caveat);
        }

        cluster["n1"].Script.Verdicts.Enqueue(new CheckCutResult
        {
            Consistent = true,
            Consistency = "some",
            Caveats = { caveat, new Caveat { Name = "another", Text = "too" } },
        });

        var job = await cluster.BackUpAsync();

        Assert.Equal(
            ["another", "unproven-version"],
            cluster["n1"].Memory.Committed[job.PointId].Summary.Caveats.Select(found => found.Name));
    }

    [Fact]
    public async Task The_skew_is_told_by_one_clock_even_when_the_nodes_clocks_differ()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.ClockAhead = TimeSpan.FromHours(1);

        var job = await cluster.BackUpAsync();

        var record = cluster["n1"].Memory.Committed[job.PointId];
        Assert.InRange(record.Summary.SkewMs, 0, 60_000);
        Assert.True(record.Captures.Single(c => c.Node == "n2").Started.ToDateTimeOffset()
            > TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Repeated_backups_carry_rising_epochs_also_above_what_agents_have_seen()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Memory.Epochs[TestCluster.Name] = 41;

        var job = await cluster.BackUpAsync();

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(42, job.Epoch);
        Assert.All(cluster.Agents, agent => Assert.All(
            agent.Memory.Received, received => Assert.Equal(42, received.Header.Epoch)));
    }

    [Fact]
    public async Task The_points_files_are_listed_node_by_node()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.BackUpAsync();

        using var files = cluster.Client.ListBackupFiles(
            new ListBackupFilesRequest { Cluster = TestCluster.Name, Point = "latest" });
        var listed = new List<string>();
        while (await files.ResponseStream.MoveNext(CancellationToken.None))
        {
            listed.Add($"{files.ResponseStream.Current.Node}:{files.ResponseStream.Current.Entry.Path}");
        }

        Assert.Equal(["n1:db/data/n1", "n2:db/data/n2", "n3:db/data/n3"], listed);
    }

    private static bool HasEnded(AgentDouble agent, string kind) => agent.Memory.Tasks.Values.Any(
        status => status.Kind == kind && status.State == TaskState.Succeeded);
}
