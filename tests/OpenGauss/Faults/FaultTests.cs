using Cairn.OpenGauss.Servers;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.OpenGauss.Faults;

/// <summary>What goes wrong with a cluster that lives: each ends as stated, and the cluster works afterwards.</summary>
[Collection(SharedSite.Name)]
public sealed class FaultTests(SharedSite shared)
{
    private const int Attempts = 5;
    private const int Inodes = 12;
    private const int LookMilliseconds = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private Site Site => shared.Site;

    [Fact]
    public async Task A_server_in_somebody_elses_backup_mode_is_refused()
    {
        var label = Path.Combine(Site.Primary.Data, "backup_label");
        await File.AppendAllLinesAsync(label, ["START WAL LOCATION: 0/2000028 (file 000000010000000000000002)"]);

        var refused = await Site.RefusedBackupAsync("--full");

        Assert.Equal("UNSETTLED", refused.Code);
        Assert.Contains(label, refused.Message, StringComparison.Ordinal);
        File.Delete(label);
        await Site.BackupAsync("--full");
    }

    [Fact]
    public async Task A_tablespace_whose_link_is_gone_is_refused_before_the_backup_begins()
    {
        var link = Assert.Single(Directory.GetFileSystemEntries(Path.Combine(Site.Primary.Data, "pg_tblspc")));
        var place = new FileInfo(link).LinkTarget!;
        Directory.Delete(link);
        CliFailure refused;
        try
        {
            refused = await Site.RefusedBackupAsync("--full");
        }
        finally
        {
            File.CreateSymbolicLink(link, place);
        }

        Assert.Equal("PATH_UNUSABLE", refused.Code);
        Assert.Equal(link, refused.Subject);
        Assert.Equal("20000", await Site.Primary.AskAsync("SELECT count(*) FROM marks"));
    }

    [Fact]
    public async Task What_the_engine_does_not_take_is_refused()
    {
        Assert.Equal("INVALID_REQUEST", (await Site.RefusedBackupAsync("--full", "--checkpoint", "slow")).Code);
        Assert.Equal("INVALID_REQUEST", (await Site.RefusedBackupAsync("--full", "--parameter", "colour=red")).Code);
        Assert.Equal("INVALID_REQUEST", (await Site.RefusedBackupAsync("--full", "--from", "king")).Code);
    }

    [Fact]
    public async Task A_session_that_is_ended_meanwhile_is_begun_again_and_the_point_is_good()
    {
        var isEnded = WhenASessionHoldsTheBackupAsync("pg_terminate_backend(pid)");
        var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full");
        await isEnded;

        var ended = await Site.EndOfAsync(job);

        Assert.Equal("JOB_STATE_SUCCEEDED", ended.GetProperty("state").GetString());
        Assert.Contains(ended.GetProperty("events").EnumerateArray(), said => said.GetProperty("text").GetString()!.Contains("captured and copied again", StringComparison.Ordinal));
        (await Site.CliAsync("backup", "verify", Site.Cluster, ended.GetProperty("pointId").GetString()!)).Done();
        Assert.Equal("0", await Site.Primary.AskAsync("SELECT count(*) FROM pg_replication_slots"));
    }

    [Fact]
    public async Task A_damaged_page_is_named_by_relation_block_and_file_and_its_point_must_be_accepted()
    {
        await Site.Primary.AskAsync("CREATE TABLE hurt AS SELECT md5(n::text) said FROM generate_series(1, 5000) n; CHECKPOINT");
        var file = Path.Combine(Site.Primary.Data, await Site.Primary.AskAsync("SELECT pg_relation_filepath('hurt')"));
        await using (var page = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
        {
            page.Position = (3 * 8192) + 5000;
            var was = page.ReadByte();
            page.Position--;
            page.WriteByte((byte)(was ^ 0xFF));
        }

        var point = (await Site.BackupAsync("--full")).GetProperty("pointId").GetString()!;

        var caveat = Assert.Single((await Site.PointAsync(point)).GetProperty("caveats").EnumerateArray());
        Assert.Equal("damaged-pages", caveat.GetProperty("name").GetString());
        Assert.Contains("bank: hurt block 3 in data/base/", caveat.GetProperty("text").GetString(), StringComparison.Ordinal);
        await Site.Primary.AskAsync("DROP TABLE hurt");
        await Site.BackupAsync("--full");
    }

    [Fact]
    public async Task A_primary_that_is_killed_meanwhile_ends_the_job_and_the_next_one_works()
    {
        var isHeld = WhenASessionHoldsTheBackupAsync("pid");
        var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full");
        await isHeld;
        await Site.Primary.KillAsync();

        var ended = await Site.EndOfAsync(job);
        await Site.Primary.StartAsync();
        await Site.CaughtUpAsync();

        Assert.Equal("JOB_STATE_FAILED", ended.GetProperty("state").GetString());
        Assert.Contains(ended.GetProperty("error").GetProperty("code").GetString(), (string[])["INSTANCE_NOT_RUNNING", "CAPTURE_UNSTABLE", "CANNOT_TELL"]);
        await Site.BackupAsync("--full");
        Assert.False(File.Exists(Path.Combine(Site.Primary.Data, "backup_label")));
    }

    [Fact]
    public async Task Files_of_another_version_are_refused()
    {
        var point = (await Site.BackupAsync("--full", "--from", "primary")).GetProperty("pointId").GetString()!;
        await Site.Primary.StopAsync();
        var version = Path.Combine(Site.Primary.Data, "PG_VERSION");
        File.Move(version, version + ".15");
        await File.AppendAllLinesAsync(version, ["14"]);

        var refused = (await Site.CliAsync("restore", "run", Site.Cluster, point, "--yes")).Failure;

        Assert.Equal("TOPOLOGY_MISMATCH", refused.Code);
        Assert.Contains("version 14", refused.Message, StringComparison.Ordinal);
        File.Move(version + ".15", version, overwrite: true);
        await Site.Primary.StartAsync();
        await Site.CaughtUpAsync();
    }

    [Fact]
    public async Task A_standby_that_is_promoted_meanwhile_ends_the_job_and_the_primary_is_backed_up_as_before()
    {
        var promoted = await HoldOnStandbyAsync();
        try
        {
            await promoted.Server.AskAsync("SELECT pg_promote()");
        }
        finally
        {
            promoted.Agent.Thaw();
        }

        var ended = await Site.EndOfAsync(promoted.Job);

        Assert.Equal("JOB_STATE_FAILED", ended.GetProperty("state").GetString());
        Assert.Equal("UNSETTLED", ended.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains("promoted", ended.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        await promoted.Server.RebuildAsync(Site.Primary);
        await Site.CaughtUpAsync();
        Assert.Equal("0", await Site.Primary.AskAsync("SELECT count(*) FROM pg_replication_slots"));
        await Site.BackupAsync("--full");
    }

    [Fact]
    public async Task A_disk_that_is_full_while_files_are_staged_ends_the_restore_with_the_old_server_untouched()
    {
        var point = (await Site.BackupAsync("--full", "--from", "primary")).GetProperty("pointId").GetString()!;
        var small = Path.Combine(Site.Primary.Directory, "small");
        Directory.CreateDirectory(small);

        // There is space enough, so that the plan is good, but no room for so many files.
        await Tool.RunPlainAsync("/bin/mount", "-t", "tmpfs", "-o", $"size=256m,nr_inodes={Inodes}", "cairn-test", small);
        CliResult ended;
        try
        {
            ended = await Site.CliAsync(
                "restore", "run", Site.Cluster, point, "--yes", "--stop", "--start", "--tablespace-mapping", $"{Site.Primary.Space}={small}/space");
        }
        finally
        {
            await Tool.RunPlainAsync("/bin/umount", "-l", small);
            Directory.Delete(small);
        }

        Assert.Equal("NO_SPACE", ended.Failure.Code);
        Assert.Contains(ended.Last.GetProperty("events").EnumerateArray(), said => said.GetProperty("phase").GetString() == "stage");
        Assert.Equal("20000", await Site.Primary.AskAsync("SELECT count(*) FROM marks"));
        Assert.Equal(Site.Primary.Space, await Site.Primary.AskAsync("SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'elsewhere'"));
        Assert.False(Directory.Exists(Path.Combine(Site.Primary.Directory, ".cairn", "restore")));
        await Site.CaughtUpAsync();
    }

    // The server itself looks, since a small backup may end before a program that asks has started. Begun before the backup is.
    private Task WhenASessionHoldsTheBackupAsync(string then) => Site.Primary.AskAsync(
        $"""
        DO $$ BEGIN
          FOR look IN 1..{Limit.TotalMilliseconds / LookMilliseconds} LOOP
            PERFORM pg_stat_clear_snapshot();
            PERFORM {then} FROM pg_stat_activity WHERE application_name = 'cairn' AND query LIKE '%pg_backup_start%' AND state = 'idle';
            IF FOUND THEN RETURN; END IF;
            PERFORM pg_sleep({LookMilliseconds} / 1000.0);
          END LOOP;
          RAISE 'no session holds a backup';
        END $$
        """);

    // A standby's session holds a backup, and its agent is halted before it can have ended it.
    private async Task<(string Job, Server Server, ChildProcess Agent)> HoldOnStandbyAsync()
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full", "--from", "standby");
            Server? held = null;
            await Eventually.HoldsAsync(
                "a standby's session holds the backup, or the job has ended",
                async _ => (held = await HolderAsync()) is not null || await HasEndedAsync(job) ? null : "none does",
                Limit,
                CancellationToken.None);
            if (held is null)
            {
                continue;
            }

            var agent = Site.Cairn.Agent($"node-{Site.Servers.ToList().IndexOf(held) + 1}");
            agent.Freeze();
            if (await HolderAsync() == held)
            {
                return (job, held, agent);
            }

            agent.Thaw();
            await Site.EndOfAsync(job);
        }

        throw new InvalidOperationException($"{Attempts} backups ended before they could be held");
    }

    private async Task<Server?> HolderAsync()
    {
        foreach (var standby in Site.Servers.Skip(1))
        {
            if (await standby.AskAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cairn' AND query LIKE '%pg_backup_start%' AND state = 'idle'") != "0")
            {
                return standby;
            }
        }

        return null;
    }

    // A coordinator that is too busy to answer has not said that it has.
    private async Task<bool> HasEndedAsync(string job) =>
        await Site.CliAsync("job", "show", job) is { ExitCode: 0 } shown
        && shown.Last.GetProperty("state").GetString() is "JOB_STATE_SUCCEEDED" or "JOB_STATE_FAILED";
}
