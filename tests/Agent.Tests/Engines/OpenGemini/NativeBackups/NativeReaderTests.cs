using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGemini;
using Cairn.Shared.Errors;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini.NativeBackups;

/// <summary>Native backups of real servers, changed as the facts page saw them go wrong.</summary>
public sealed class NativeReaderTests : IDisposable
{
    private const string Shard = "data_backup/srv/og/single/data/data/iot/0/autogen/3_1794182400000000000_1794787200000000000_3";
    private readonly ScratchDirectory files = new();
    private readonly OpenGeminiEngine engine = new(new EngineLimits(), TimeProvider.System);

    public NativeReaderTests()
    {
        Fixtures.Unpack("single-native-full", files.Path);
        Fixtures.Unpack("single-native-inc", files.Path);
    }

    public void Dispose()
    {
        engine.Dispose();
        files.Dispose();
    }

    [Theory]
    [InlineData("2026-11-20 22:00:00 +0000 UTC m=+60: Backing up...", "a backup of more than a minute leaves that")]
    [InlineData("{\"result\":\"backup success\"}\n2026-11-20 22:00:00: Backing up...", "is damaged")]
    [InlineData("{\"result\":\"\",\"databases\":{},\"time\":0,\"dataDir\":\"\",\"metaDir\":\"/m\",\"walDir\":\"\"}", "the store's own line was lost")]
    [InlineData("", "is empty")]
    public void A_result_that_proves_nothing_is_diagnosed_and_its_point_carries_a_caveat_when_it_is_accepted(string result, string diagnosis)
    {
        files.Write("backup/full/backup_log/result", result);

        var refused = Assert.Throws<CairnException>(() => Read("backup/full"));
        var accepted = Assert.Single(ReadAccepted("backup/full"));

        Assert.Equal(ErrorCode.ForeignBackupUnusable, refused.Code);
        Assert.Contains(diagnosis, refused.Message, StringComparison.Ordinal);
        Assert.Contains(accepted.Notes, note => note.Contains(diagnosis, StringComparison.Ordinal));
        Assert.Equal(["native-result-unproved"], accepted.Caveats.Select(caveat => caveat.Name));
    }

    [Fact]
    public void A_result_that_says_that_the_backup_failed_is_never_accepted()
    {
        files.Write("backup/full/backup_log/result", "{\"result\":\"backup failed: abort\",\"databases\":{},\"time\":1,\"dataDir\":\"/srv/og/single/data\"}");

        var refused = Assert.Throws<CairnException>(() => ReadAccepted("backup/full"));

        Assert.Contains("backup failed: abort", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_file_that_a_server_would_silently_skip_is_refused()
    {
        var path = files.At($"backup/full/{Shard}/tssp/cpu_0000/00000002-0000-00000000.tssp");
        using (var file = File.Open(path, FileMode.Open))
        {
            file.SetLength(3000);
        }

        var refused = Assert.Throws<CairnException>(() => Read("backup/full"));

        Assert.Contains($"'{path}': it has 3000 bytes and is cut off", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_whose_log_is_missing_was_interrupted()
    {
        File.Delete(files.At($"backup/full/{Shard}/backup_log/full_backup_log.json"));

        Assert.Contains("the backup was interrupted here", Assert.Throws<CairnException>(() => Read("backup/full")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_that_are_torn_are_refused()
    {
        var path = Directory.EnumerateFiles(files.At("backup/full/meta_backup"), "state.bin", SearchOption.AllDirectories).First();
        File.WriteAllBytes(path, [.. File.ReadAllBytes(path)[..^1]]);

        Assert.Contains("state.bin", Assert.Throws<CairnException>(() => Read("backup/full")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_increment_that_deletes_what_the_full_backup_never_had_belongs_to_another_one()
    {
        Replace($"backup/inc/{Shard}/backup_log/inc_backup_log.json", "cpu_0000/00000002-0000-00000000.tssp", "cpu_0000/00000009-0000-00000000.tssp");

        Assert.Contains("is no increment on", Assert.Throws<CairnException>(() => Read("backup/full", "backup/inc")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_increment_older_than_the_full_backup_or_of_another_store_is_refused()
    {
        Replace("backup/inc/backup_log/result", "\"time\":17", "\"time\":16");
        var older = Assert.Throws<CairnException>(() => Read("backup/full", "backup/inc"));
        Fixtures.Unpack("cluster-native-inc", files.Path);
        var foreign = Assert.Throws<CairnException>(() => Read("backup/full", "cbackup/inc-1"));

        Assert.Contains("before the full one", older.Message, StringComparison.Ordinal);
        Assert.Contains("the other of '/srv/og/cluster/node1/data/data'", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backup_of_single_databases_is_no_point_of_a_node()
    {
        Replace("backup/full/backup_log/result", "\"databases\":{}", "\"databases\":{\"iot\":{}}");

        Assert.Equal(ErrorCode.Unsupported, Assert.Throws<CairnException>(() => Read("backup/full")).Code);
    }

    [Fact]
    public void Two_full_backups_in_one_directory_are_told_apart_by_the_times_of_their_logs()
    {
        Replace($"backup/full/{Shard}/backup_log/full_backup_log.json", "\"fullBackupTime\": 1", "\"fullBackupTime\": 2");

        Assert.Contains("two backups went into one directory", Assert.Throws<CairnException>(() => Read("backup/full")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backups_taken_with_onlyBackupMaster_are_refused()
    {
        Fixtures.Unpack("replica-native-masteronly", files.Path);

        var refused = Assert.Throws<CairnException>(() => Enumerable.Range(1, 3).Select(node => Read($"replica-{node}", $"rbackup/master-{node}", [], accept: true)).ToList());

        Assert.Contains("onlyBackupMaster", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replicated_nodes_bring_their_raft_logs_and_are_compared()
    {
        Fixtures.Unpack("replica-native-full", files.Path);
        var points = Enumerable.Range(1, 3).Select(node => Assert.Single(Read($"replica-{node}", $"rbackup/full-{node}", [], accept: false))).ToList();

        var evidence = points.SelectMany((point, node) => point.Evidence.Select(item => new CutEvidence($"node{node + 1}", "og", item.Step, item.Evidence))).ToList();
        var (all, two) = (engine.CheckCut(evidence), engine.CheckCut([.. evidence.Where(item => item.Node != "node2")]));

        Assert.True(all.Consistent, string.Join("; ", all.Findings));
        Assert.Contains("native backup", all.Consistency, StringComparison.Ordinal);
        Assert.False(two.Consistent);
        Assert.Contains(two.Findings, finding => finding.Contains("127.0.0.2:8400", StringComparison.Ordinal));
        Assert.Contains(await PathsAsync(points[0]), path => path.EndsWith("__raft_entries__/raft.meta", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_that_no_log_names_are_left_out_and_counted()
    {
        files.Write($"backup/full/{Shard}/tssp/cpu_0000/00000099-0000-00000000.tssp", "left by an earlier backup");

        var point = Assert.Single(Read("backup/full"));

        Assert.Contains(point.Notes, note => note.StartsWith("1 files that no log names are left out", StringComparison.Ordinal));
        Assert.DoesNotContain(await PathsAsync(point), path => path.Contains("00000099", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_layout_of_v1_3_has_its_lists_apart_and_a_log_beside_the_metadata()
    {
        files.Write("backup/full/backup_log/result", "backup success");
        files.Write("backup/full/meta_backup/backup_log/meta_backup_log.json", "{\"metaIds\":[\"1\"],\"isNode\":false}");
        File.Delete(files.At("backup/full/meta_backup/meta_info.json"));
        Replace($"backup/full/{Shard}/backup_log/full_backup_log.json", "\"orderFileListMap\"", "\"outOfOrderFileListMap\": {}, \"orderFileListMap\"");

        var point = Assert.Single(Read("backup/full"));

        var paths = await PathsAsync(point);
        Assert.Equal(["native-layout-not-observed"], point.Caveats.Select(caveat => caveat.Name));
        Assert.Contains("meta/raft.db", paths);
        Assert.DoesNotContain(paths, path => path.StartsWith("meta/backup_log", StringComparison.Ordinal));
    }

    private IReadOnlyList<ForeignPoint> Read(string full, params string[] increments) => Read("single", full, increments, accept: false);

    private IReadOnlyList<ForeignPoint> ReadAccepted(string full) => Read("single", full, [], accept: true);

    private IReadOnlyList<ForeignPoint> Read(string configuration, string full, string[] increments, bool accept) => engine.ReadForeign(
        new InstanceOptions { Name = "og", Engine = "opengemini", Config = Fixtures.Configuration(configuration, files.Path) },
        new ForeignBackup(files.At(full), [.. increments.Select(files.At)], accept),
        CancellationToken.None);

    private static async Task<List<string>> PathsAsync(ForeignPoint point)
    {
        var paths = new List<string>();
        await foreach (var entry in point.Entries(CancellationToken.None))
        {
            paths.Add(entry.Path);
        }

        return paths;
    }

    private void Replace(string relative, string old, string changed)
    {
        var text = File.ReadAllText(files.At(relative));
        Assert.Contains(old, text, StringComparison.Ordinal);
        files.Write(relative, text.Replace(old, changed, StringComparison.Ordinal));
    }
}
