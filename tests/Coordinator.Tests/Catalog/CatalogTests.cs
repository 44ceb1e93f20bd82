using Cairn.Coordinator.Catalog;
using Cairn.Coordinator.Configuration;
using Cairn.Shared.Errors;
using Cairn.Shared.Identifiers;
using Cairn.TestKit;
using Cairn.V1;
using Dapper;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Coordinator.Tests.Catalog;

public sealed class CatalogTests : IDisposable
{
    private readonly DirectoryInfo state = Directory.CreateTempSubdirectory("cairn-catalog-tests-");
    private readonly ManualTimeProvider time = new();

    private string File => Path.Combine(state.FullName, "state", "catalog.db");

    [Fact]
    public void What_was_written_is_there_after_a_restart()
    {
        JobRecord job;
        using (var database = CatalogDatabase.Open(File))
        {
            var catalog = new CoordinatorCatalog(database);
            catalog.Clusters.Add(new ClusterDefinition("c1", "e", ["n1", "n2"]));
            job = catalog.Jobs.Create(NewJob(), highestSeen: 4);
            catalog.Jobs.SetPlan(job.Id, """{"a":1}""", "p1");
            catalog.Jobs.AddEvent(job.Id, 1, new JobEvent { At = time.GetUtcNow().ToTimestamp(), Node = "n1", Text = "it began" });
            catalog.Jobs.PutNode(job.Id, new JobNode { Node = "n1", State = TaskState.Running });
            catalog.Jobs.TryDecide(job.Id, JobDecision.Committing, (db, transaction) => OwedTable.Add(
                db, transaction, "n1", "c1", job.Id, OwedCommand.Commit, new CommitRequest { PointId = "p1" }, time.GetUtcNow()));
        }

        using var again = CatalogDatabase.Open(File);
        var after = new CoordinatorCatalog(again);
        var found = Assert.Single(after.Jobs.Unfinished());

        Assert.Equal(job with { PointId = "p1", Plan = """{"a":1}""", Decision = JobDecision.Committing }, found);
        Assert.Equal(5, after.Clusters.Get("c1").Epoch);
        Assert.Equal(job.Id.ToString(), after.Clusters.Get("c1").LockedBy);
        Assert.Equal("it began", Assert.Single(after.Jobs.Events(job.Id)).Text);
        Assert.Equal("n1", Assert.Single(after.Jobs.Nodes(job.Id)).Node);
        Assert.Equal("p1", CommitRequest.Parser.ParseFrom(Assert.Single(after.Owed.All()).Request).PointId);
    }

    [Fact]
    public void A_lock_is_given_once_and_is_free_again_when_its_job_has_ended()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var first = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        var refusal = Assert.Throws<ClusterLockedException>(() => catalog.Jobs.Create(NewJob(), highestSeen: 0));
        catalog.Jobs.End(first.Id, JobState.Succeeded, error: null, time.GetUtcNow());
        var second = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        Assert.Contains(first.Id.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("since", refusal.Message, StringComparison.Ordinal);
        Assert.Equal((1, 2), (first.Epoch, second.Epoch));
    }

    [Fact]
    public void A_cluster_under_another_name_cannot_be_worked_on_beside_a_job_on_the_same_nodes()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        catalog.Clusters.Add(new ClusterDefinition("alias", "e", ["n7", "n1"]));
        catalog.Clusters.Add(new ClusterDefinition("apart", "e", ["n8"]));
        var first = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        var refusal = Assert.Throws<ClusterLockedException>(
            () => catalog.Jobs.Create(NewJob() with { Cluster = "alias" }, highestSeen: 0));
        var apart = catalog.Jobs.Create(NewJob() with { Cluster = "apart" }, highestSeen: 0);

        Assert.Contains(first.Id.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("has n1 in common with 'alias'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("apart", apart.Cluster);
    }

    [Fact]
    public void A_cluster_that_is_locked_for_maintenance_takes_no_job_until_that_lock_is_freed_by_its_id()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var locked = catalog.Clusters.Lock("c1", "m-1", "new disks", time.GetUtcNow());

        var job = Assert.Throws<ClusterLockedException>(() => catalog.Jobs.Create(NewJob(), highestSeen: 0));
        var second = Assert.Throws<ClusterLockedException>(() => catalog.Clusters.Lock("c1", "m-2", "mine", time.GetUtcNow()));
        var other = Assert.Throws<ClusterLockedException>(() => catalog.Clusters.Unlock("c1", "m-2"));
        var free = catalog.Clusters.Unlock("c1", "m-1");
        var begun = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        Assert.Contains("'new disks', lock m-1", job.Message, StringComparison.Ordinal);
        Assert.Contains("cairn cluster unlock c1 --lock m-1", job.WayOut, StringComparison.Ordinal);
        Assert.Contains("m-1", second.Message, StringComparison.Ordinal);
        Assert.Contains("m-1", other.Message, StringComparison.Ordinal);
        Assert.Equal("new disks", locked.ToMessage().Maintenance.Reason);
        Assert.Equal(("", ""), (locked.ToMessage().LockedByJob, free.LockedBy ?? ""));
        Assert.True(begun.Epoch > locked.Epoch);
    }

    [Fact]
    public void A_job_that_somebody_gave_up_while_it_failed_goes_on_when_it_is_resumed()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var job = catalog.Jobs.Create(NewJob(), highestSeen: 0);
        catalog.Jobs.SetPlan(
            job.Id, "{}", pointId: "", (db, transaction) => JobTable.SetResumable(db, job.Id, time.GetUtcNow().AddHours(1), transaction));
        Assert.True(catalog.Jobs.TryRequestCancel(job.Id, time.GetUtcNow()));
        catalog.Jobs.End(job.Id, JobState.Failed, error: null, time.GetUtcNow());

        var resumed = catalog.Jobs.TryResume(job.Id, highestSeen: 0, time.GetUtcNow());

        Assert.Null(resumed!.CancelRequested);
        Assert.Null(catalog.Jobs.Find(job.Id)!.CancelRequested);
    }

    [Fact]
    public void A_lock_that_a_job_holds_is_not_freed_by_hand()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var job = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        var refusal = Assert.Throws<ClusterLockedException>(() => catalog.Clusters.Unlock("c1", job.Id.ToString()));
        var locked = Assert.Throws<ClusterLockedException>(() => catalog.Clusters.Lock("c1", "m-1", "new disks", time.GetUtcNow()));

        Assert.Contains($"held by backup job {job.Id}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"held by backup job {job.Id}", locked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_was_given_up_can_only_abort_and_one_that_has_decided_cannot_be_given_up()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var given = catalog.Jobs.Create(NewJob(), highestSeen: 0);
        var requested = catalog.Jobs.TryRequestCancel(given.Id, time.GetUtcNow());
        var forward = catalog.Jobs.TryDecide(given.Id, JobDecision.Committing, static (_, _) => { });
        var back = catalog.Jobs.TryDecide(given.Id, JobDecision.Aborted, static (_, _) => { });
        catalog.Jobs.End(given.Id, JobState.Cancelled, error: null, time.GetUtcNow());
        var decided = catalog.Jobs.Create(NewJob(), highestSeen: 0);
        catalog.Jobs.TryDecide(decided.Id, JobDecision.Committing, static (_, _) => { });

        var late = catalog.Jobs.TryRequestCancel(decided.Id, time.GetUtcNow());

        Assert.True(requested);
        Assert.False(forward);
        Assert.True(back);
        Assert.False(late);
        Assert.NotNull(catalog.Jobs.Find(given.Id)!.CancelRequested);
    }

    [Fact]
    public void A_job_decides_once()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var job = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        catalog.Jobs.TryDecide(job.Id, JobDecision.Aborted, static (_, _) => { });
        catalog.Jobs.TryDecide(job.Id, JobDecision.Aborted, static (_, _) => { });

        Assert.Throws<InvalidOperationException>(
            () => catalog.Jobs.TryDecide(job.Id, JobDecision.Decided, static (_, _) => { }));
        Assert.Equal(JobDecision.Aborted, catalog.Jobs.Find(job.Id)!.Decision);
    }

    [Fact]
    public void A_decision_whose_dues_cannot_be_recorded_is_not_made()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var job = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        Assert.Throws<IOException>(() => catalog.Jobs.TryDecide(
            job.Id, JobDecision.Decided, static (_, _) => throw new IOException("the disk is full")));

        Assert.Equal(JobDecision.None, catalog.Jobs.Find(job.Id)!.Decision);
    }

    [Fact]
    public void Declaring_a_cluster_again_changes_its_nodes_and_keeps_its_epoch()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        catalog.Jobs.Create(NewJob(), highestSeen: 9);

        catalog.Clusters.Declare(new ClusterDefinition("c1", "e", ["n1", "n9"]));

        var cluster = catalog.Clusters.Get("c1");
        Assert.Equal(["n1", "n9"], cluster.Nodes);
        Assert.Equal(10, cluster.Epoch);
        Assert.NotNull(cluster.LockedBy);
    }

    [Fact]
    public void The_same_command_is_owed_to_a_node_once()
    {
        using var database = CatalogDatabase.Open(File);
        var catalog = WithCluster(database);
        var job = catalog.Jobs.Create(NewJob(), highestSeen: 0);

        for (var i = 0; i < 2; i++)
        {
            database.Write((db, transaction) => OwedTable.Add(
                db, transaction, "n1", "c1", job.Id, OwedCommand.Abort, new AbortRequest(), time.GetUtcNow()));
        }

        Assert.Single(catalog.Owed.All());
    }

    [Fact]
    public void A_catalog_in_use_is_refused_to_a_second_coordinator()
    {
        using var database = CatalogDatabase.Open(File);

        var refusal = Assert.Throws<CairnException>(() => CatalogDatabase.Open(File));

        Assert.Equal(ErrorCode.ConfigurationInvalid, refusal.Code);
        Assert.Contains("in use", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalog_of_a_newer_version_is_refused_and_left_alone()
    {
        using (var database = CatalogDatabase.Open(File))
        {
            database.Read(db => db.Execute("PRAGMA user_version = 99"));
        }

        var refusal = Assert.Throws<CairnException>(() => CatalogDatabase.Open(File));

        Assert.Equal(ErrorCode.ConfigurationInvalid, refusal.Code);
        Assert.Contains("schema 99", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_a_catalog_is_refused_by_name()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        using (var file = System.IO.File.Create(File))
        {
            file.Write(new byte[8192].Select((_, i) => (byte)i).ToArray());
        }

        var refusal = Assert.Throws<CairnException>(() => CatalogDatabase.Open(File));

        Assert.Equal((ErrorCode.ConfigurationInvalid, File), (refusal.Code, refusal.Subject));
    }

    [Fact]
    public void Every_transaction_is_synced_before_it_counts()
    {
        using var database = CatalogDatabase.Open(File);

        Assert.Equal("wal", database.Read(db => db.ExecuteScalar<string>("PRAGMA journal_mode")));
        Assert.Equal(2, database.Read(db => db.ExecuteScalar<long>("PRAGMA synchronous")));
    }

    public void Dispose() => state.Delete(recursive: true);

    private static CoordinatorCatalog WithCluster(CatalogDatabase database)
    {
        var catalog = new CoordinatorCatalog(database);
        catalog.Clusters.Add(new ClusterDefinition("c1", "e", ["n1"]));
        return catalog;
    }

    private JobRecord NewJob() => new(
        JobId.New(time),
        JobKind.Backup,
        "c1",
        JobState.Queued,
        "queued",
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
        Ended: null,
        Epoch: 0,
        PointId: "",
        RestoreJobId: "",
        Error: null,
        new RunBackupRequest { Cluster = "c1" }.ToByteString(),
        Plan: null,
        JobDecision.None,
        RestoreAftermath.Beside,
        CancelRequested: null,
        AskedBy: "alice");
}
