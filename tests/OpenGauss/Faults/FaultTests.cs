using Cairn.OpenGauss.Servers;
using Cairn.TestKit;

namespace Cairn.OpenGauss.Faults;

/// <summary>What goes wrong with a cluster that lives: each ends as stated, and the cluster works afterwards.</summary>
public sealed class FaultTests(FaultTests.Shared shared) : IClassFixture<FaultTests.Shared>
{
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

        var refused = await Site.RefusedBackupAsync("--full");

        Assert.Equal("PATH_UNUSABLE", refused.Code);
        Assert.Equal(link, refused.Subject);
        File.CreateSymbolicLink(link, place);
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
        var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full");
        await Eventually.HoldsAsync(
            "a session that holds the backup was ended",
            async _ => await Site.Primary.AskAsync(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'cairn' AND query LIKE '%pg_backup_start%' AND state = 'idle'") is "0" ? "none is there" : null,
            Limit,
            CancellationToken.None);

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
        var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full");
        await Eventually.HoldsAsync(
            "a session holds the backup",
            async _ => await Site.Primary.AskAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cairn' AND query LIKE '%pg_backup_start%'") is "0" ? "none does" : null,
            Limit,
            CancellationToken.None);
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

    public sealed class Shared : IAsyncLifetime
    {
        private const int Scale = 3;

        public Site Site { get; private set; } = null!;

        public async Task InitializeAsync() => Site = await Site.StartAsync(Scale);

        public Task DisposeAsync() => Site.DisposeAsync().AsTask();
    }
}
