using Cairn.Coordinator.Tests.Doubles;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Backups;

public sealed class BackupDeathTests
{
    public static TheoryData<string> PhasesThatSurviveARestart => new()
    {
        "capture logs", "capture data", "copy", "end", "prepare", "commit",
    };

    [Theory]
    [MemberData(nameof(PhasesThatSurviveARestart))]
    public async Task A_backup_outlives_the_restart_of_its_coordinator_in_every_phase(string phase)
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold(phase);
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", phase);

        await cluster.RestartCoordinatorAsync();
        cluster["n2"].Script.Release(phase);
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(started.Epoch, job.Epoch);
        Assert.All(cluster.Agents, agent => Assert.Equal([job.PointId], agent.Memory.Committed.Keys));

        // Nothing was sent twice: what was sent again had the same task id.
        Assert.All(cluster.Agents, agent => Assert.Equal(agent.Kinds().Distinct(), agent.Kinds()));
    }

    [Fact]
    public async Task An_agent_that_restarts_during_its_copy_does_not_fail_the_job()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");

        await cluster["n2"].DieAsync();
        await cluster.ComeBackAsync("n2");
        cluster["n2"].Script.Release("copy");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Single(cluster["n2"].Kinds(), "copy");
    }

    [Fact]
    public async Task A_watch_that_is_reset_is_opened_again()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");
        cluster["n2"].Script.WatchesToReset = 2;
        await cluster["n2"].DieAsync();
        await cluster.ComeBackAsync("n2");
        await cluster.HoldsAsync("two watches were reset", () => cluster["n2"].Script.WatchesToReset <= 0);

        cluster["n2"].Script.Release("copy");
        var job = await cluster.EndOfAsync(started);

        Assert.True(job.State == JobState.Succeeded, job.ToString());
    }

    [Fact]
    public async Task An_agent_that_stays_away_fails_the_job_and_is_owed_its_abort()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.StopCoordinatorAsync();
        cluster.Limits = cluster.Limits with { Patience = TimeSpan.FromSeconds(1) };
        await cluster.StartCoordinatorAsync();
        cluster["n3"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n3", "copy");

        await cluster["n3"].DieAsync();
        var job = await cluster.EndOfAsync(started);
        var owed = cluster.Catalog.Owed.All();
        cluster["n3"].Script.Release("copy");
        await cluster.ComeBackAsync("n3");
        await cluster.TookAsync("n3", "abort");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal(("AGENT_UNREACHABLE", "n3"), (job.Error.Code, job.Error.Node));
        Assert.Contains(cluster["n3"].Node, job.Error.Message, StringComparison.Ordinal);
        Assert.Equal("n3", Assert.Single(owed).Node);
        Assert.Contains("abort", cluster["n1"].Kinds());
    }

    [Fact]
    public async Task A_node_that_dies_before_its_commit_is_given_the_record_when_it_is_back()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n1"].Script.Hold("prepare");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n1", "prepare");
        await cluster.HoldsAsync("n3 has prepared", () => cluster.Catalog.Jobs
            .Nodes(Cairn.Shared.Identifiers.JobId.Parse(started.JobId)).Any(node => node is { Node: "n3", State: TaskState.Succeeded, Progress.Phase: "prepare" }));

        await cluster["n3"].DieAsync();
        cluster["n1"].Script.Release("prepare");
        var job = await cluster.EndOfAsync(started);
        var heldBefore = (await cluster.Client.GetBackupAsync(
            new GetBackupRequest { Cluster = TestCluster.Name, Point = job.PointId })).HeldBy;
        await cluster.ComeBackAsync("n3");
        await cluster.HoldsAsync("n3 holds the point", () => cluster["n3"].Memory.Committed.ContainsKey(job.PointId));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Equal(["n1", "n2"], heldBefore);
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);
    }

    [Fact]
    public async Task A_commit_is_not_taken_by_another_agent_that_has_the_dead_one_s_port_by_now()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var other = new AgentDouble("n9", TestCluster.Engine);
        cluster["n1"].Script.Hold("prepare");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n1", "prepare");
        await cluster.HoldsAsync("n3 has prepared", () => cluster.Catalog.Jobs
            .Nodes(Cairn.Shared.Identifiers.JobId.Parse(started.JobId)).Any(node => node is { Node: "n3", State: TaskState.Succeeded, Progress.Phase: "prepare" }));
        var port = new Uri(cluster["n3"].Address).Port;
        await cluster["n3"].DieAsync();
        await other.StartAsync(port);

        cluster["n1"].Script.Release("prepare");
        var job = await cluster.EndOfAsync(started);
        await cluster.ComeBackAsync("n3");
        await cluster.HoldsAsync("n3 holds the point", () => cluster["n3"].Memory.Committed.ContainsKey(job.PointId));

        Assert.True(job.State == JobState.Succeeded, job.ToString());
        Assert.Empty(other.Kinds());
    }

    [Fact]
    public async Task A_commit_owed_from_an_older_job_is_delivered_though_a_newer_one_has_raised_the_epoch()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n3"].Script.Fail("commit", ErrorCode.InputOutput, "n3: the disk sulks", times: 100);
        var first = await cluster.BackUpAsync();
        cluster["n3"].Memory.Epochs[TestCluster.Name] = 7;
        cluster.Catalog.Jobs.RaiseEpoch(
            Cairn.Shared.Identifiers.JobId.Parse(first.JobId), TestCluster.Name, above: 7);
        while (cluster["n3"].Script.NextFailure("commit") is not null)
        {
        }

        await cluster.HoldsAsync("n3 holds the point", () => cluster["n3"].Memory.Committed.ContainsKey(first.PointId));

        Assert.Equal(JobState.Succeeded, first.State);
    }

    [Fact]
    public async Task A_backup_that_was_being_called_off_is_cleaned_up_after_a_restart()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Fail("copy", ErrorCode.NoSpace, "n2: full");
        cluster["n1"].Script.Hold("abort");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n1", "abort");

        await cluster.RestartCoordinatorAsync();
        cluster["n1"].Script.Release("abort");
        var job = await cluster.EndOfAsync(started);

        Assert.Equal((JobState.Failed, "INTERRUPTED"), (job.State, job.Error.Code));
        Assert.Empty(cluster.Catalog.Owed.All());
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task A_node_without_an_agent_refuses_the_backup_with_its_address_and_how_long_it_is_silent()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster["n2"].DieAsync();

        var job = await cluster.BackUpAsync();

        Assert.Equal(("AGENT_UNREACHABLE", "n2"), (job.Error.Code, job.Error.Node));
        Assert.Contains(cluster["n2"].Address, job.Error.Message, StringComparison.Ordinal);
        Assert.Contains("last heard from", job.Error.Message, StringComparison.Ordinal);
        Assert.All(cluster.Agents, agent => Assert.Empty(agent.Kinds()));
    }
}
