using Cairn.Coordinator.Tests.Doubles;
using Cairn.Coordinator.Tests.Restores;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.V1;

namespace Cairn.Coordinator.Tests.Jobs;

public sealed class SharedLockTests
{
    [Fact]
    public async Task A_backup_and_a_verify_run_beside_each_other_with_one_epoch()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n1"].Script.Hold("verify");
        var verify = await VerifyAsync(cluster);
        await cluster.TookAsync("n1", "verify");

        var backup = await cluster.BackUpAsync();
        var held = await ClusterAsync(cluster);
        cluster["n1"].Script.Release("verify");
        var verified = await cluster.EndOfAsync(verify);

        Assert.True(backup.State == JobState.Succeeded, backup.ToString());
        Assert.True(verified.State == JobState.Succeeded, verified.ToString());
        Assert.Equal(verified.Epoch, backup.Epoch);
        Assert.Equal(verify.JobId, Assert.Single(held.Holders).JobId);
        Assert.Empty((await ClusterAsync(cluster)).Holders);
    }

    [Fact]
    public async Task A_verify_that_runs_goes_on_under_the_epoch_that_a_backup_beside_it_had_to_raise()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n1"].Script.Hold("verify");
        cluster["n1"].Script.Fail("verify", ErrorCode.Interrupted, "n1: the agent was restarted");
        var verify = await VerifyAsync(cluster);
        await cluster.TookAsync("n1", "verify");

        cluster["n2"].Memory.Epochs[TestCluster.Name] = 41;
        var backup = await cluster.BackUpAsync();
        cluster["n1"].Script.Release("verify");
        var verified = await cluster.EndOfAsync(verify);

        Assert.True(backup.State == JobState.Succeeded, backup.ToString());
        Assert.True(verified.State == JobState.Succeeded, verified.ToString());
        Assert.Equal((42, 42), (backup.Epoch, verified.Epoch));
    }

    [Fact]
    public async Task A_verify_whose_command_is_overtaken_by_an_epoch_that_its_own_lock_was_raised_to_sends_it_again()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n3"].Script.Hold("copy");
        var backup = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n3", "copy");
        cluster["n1"].Script.OnCommand = kind =>
        {
            if (kind == "verify")
            {
                // A node never sees an epoch that the catalog has not got: the backup, too, may be sending it something.
                cluster["n1"].Script.OnCommand = null;
                cluster.Catalog.Jobs.RaiseEpoch(JobId.Parse(backup.JobId), TestCluster.Name, above: 41);
                cluster["n1"].Memory.Epochs[TestCluster.Name] = 42;
            }
        };

        var verified = await cluster.EndOfAsync(await VerifyAsync(cluster));
        cluster["n3"].Script.Release("copy");
        var backedUp = await cluster.EndOfAsync(backup);

        Assert.True(verified.State == JobState.Succeeded, verified.ToString());
        Assert.True(backedUp.State == JobState.Succeeded, backedUp.ToString());
        Assert.Single(cluster["n1"].Memory.Received, received => received.Kind == "verify");
    }

    [Fact]
    public async Task A_second_backup_is_refused_beside_a_backup_and_a_verify()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n1"].Script.Hold("copy");
        cluster["n1"].Script.Hold("verify");
        var verify = await VerifyAsync(cluster);
        var backup = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });

        var refusal = await Refusal.OfAsync(cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name }));
        var holders = (await ClusterAsync(cluster)).Holders.Select(holder => holder.JobId);
        cluster["n1"].Script.Release("copy");
        cluster["n1"].Script.Release("verify");
        await cluster.EndOfAsync(backup);
        await cluster.EndOfAsync(verify);

        Assert.Equal((ErrorCode.ClusterLocked, backup.JobId), (refusal.Code, refusal.Subject));
        Assert.Equal([verify.JobId, backup.JobId], holders);
    }

    [Fact]
    public async Task A_restore_is_refused_beside_a_verify_and_has_an_epoch_of_its_own_afterwards()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n1"].Script.Hold("verify");
        var verify = await VerifyAsync(cluster);

        var refusal = await Refusal.OfAsync(cluster.Client.RunRestoreAsync(
            new RestoreRequest { Cluster = TestCluster.Name, Point = "latest", PlanHash = new string('0', 64) }));
        cluster["n1"].Script.Release("verify");
        var verified = await cluster.EndOfAsync(verify);
        var restored = await cluster.RestoreAsync();

        Assert.Equal((ErrorCode.ClusterLocked, verify.JobId), (refusal.Code, refusal.Subject));
        Assert.True(restored.Epoch > verified.Epoch);
    }

    [Fact]
    public async Task A_lock_of_a_job_is_broken_by_its_holder_s_id_and_what_it_made_is_called_off()
    {
        await using var cluster = await TestCluster.StartAsync();
        cluster["n2"].Script.Hold("copy");
        var started = await cluster.Client.RunBackupAsync(new RunBackupRequest { Cluster = TestCluster.Name });
        await cluster.TookAsync("n2", "copy");

        var told = await Refusal.OfAsync(cluster.Client.UnlockClusterAsync(Unlock(started.JobId, breakJob: false)));
        var other = await Refusal.OfAsync(cluster.Client.UnlockClusterAsync(Unlock("m-1234", breakJob: true)));
        var free = await cluster.Client.UnlockClusterAsync(Unlock(started.JobId, breakJob: true));
        var job = await cluster.EndOfAsync(started);
        cluster["n2"].Script.Release("copy");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal(ErrorCode.ClusterLocked, told.Code);
        Assert.Contains("interrupts phase 'copy'", told.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.InvalidRequest, other.Code);
        Assert.Empty(free.Holders);
        Assert.Equal((JobState.Failed, "LOCK_BROKEN"), (job.State, job.Error.Code));
        Assert.All(cluster.Agents, agent => Assert.Contains("abort", agent.Kinds()));
        Assert.Equal(JobState.Succeeded, (await cluster.BackUpAsync()).State);
    }

    [Fact]
    public async Task What_a_decided_job_owes_is_done_though_its_lock_was_broken()
    {
        await using var cluster = await RestoreFlowTests.WithPointAsync();
        cluster["n2"].Script.Hold("swap");
        var started = await cluster.BeginRestoreAsync(RestoreFlowTests.Latest());
        await cluster.TookAsync("n2", "swap");

        await cluster.Client.UnlockClusterAsync(Unlock(started.JobId, breakJob: true));
        var job = await cluster.EndOfAsync(started);
        cluster["n2"].Script.Release("swap");
        await cluster.HoldsAsync("nothing is owed", () => cluster.Catalog.Owed.All().Count == 0);

        Assert.Equal("LOCK_BROKEN", job.Error.Code);
        Assert.All(cluster.Agents, agent => Assert.Equal("swapped", agent.Memory.Restores[job.JobId]));
    }

    private static UnlockClusterRequest Unlock(string id, bool breakJob) => new()
    {
        Name = TestCluster.Name, LockId = id, BreakJob = breakJob,
    };

    private static async Task<Job> VerifyAsync(TestCluster cluster) => await cluster.Client.VerifyBackupAsync(
        new VerifyBackupRequest { Cluster = TestCluster.Name, Point = "latest" });

    private static async Task<Cluster> ClusterAsync(TestCluster cluster) =>
        (await cluster.Client.ListClustersAsync(new ListClustersRequest())).Clusters.Single();
}
