using Cairn.Agent.Configuration;
using Cairn.Agent.Engines;
using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Restore;
using Cairn.Agent.Tests.Plain;
using Cairn.Shared.Configuration;
using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

public sealed class RestoreFilesTests : IDisposable
{
    private readonly TestDirectory files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void A_mapping_takes_absolute_paths_and_equals_signs_behind_a_backslash()
    {
        var mapping = TablespaceMapping.Parse(["/a/one=/b/one", @"/a/x\=y/=/b/x\=z"]);

        Assert.Equal("/b/one", mapping.Find("/a/one/"));
        Assert.Equal("/b/x=z", mapping.Find("/a/x=y"));
        Assert.Null(mapping.Find("/a/two"));
    }

    [Theory]
    [InlineData("/a")]
    [InlineData("/a=b")]
    [InlineData("a=/b")]
    [InlineData("/a=/b=/c")]
    [InlineData("/a=/b/../c")]
    [InlineData("=")]
    public void Any_other_mapping_is_refused(string text)
    {
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<CairnException>(() => TablespaceMapping.Parse([text])).Code);
    }

    [Fact]
    public void Two_tablespaces_cannot_go_into_one_directory()
    {
        Assert.Throws<CairnException>(() => TablespaceMapping.Parse(["/a=/c", "/b=/c"]));
    }

    [Fact]
    public void A_tablespace_map_is_read_and_written_with_its_escapes()
    {
        const string text = "16384 /srv/plain\n16385 /srv/back\\\\slash and\\\nline\n";

        var map = TablespaceMapFile.Parse(text);

        Assert.Equal([(16384u, "/srv/plain"), (16385u, "/srv/back\\slash and\nline")], map);
        Assert.Equal(text, TablespaceMapFile.Format(map));
        Assert.Throws<InvalidDataException>(() => TablespaceMapFile.Parse("16384 /srv/plain"));
    }

    [Fact]
    public void Settings_are_found_and_replaced_and_all_other_lines_stay()
    {
        const string text = "# a comment\nport = 5432 # here\nPort = 5433\nrecovery_target_time = 'then'\nname = 'it''s'\n";

        Assert.Equal("5433", SettingsFile.Find(text, "port"));
        Assert.Equal("it's", SettingsFile.Find(text, "name"));
        Assert.Equal(
            "# a comment\nname = 'it''s'\nport = '5434'\n",
            SettingsFile.Rewrite(text, name => name.StartsWith("recovery_", StringComparison.Ordinal), [KeyValuePair.Create("port", "5434")]));
    }

    [Theory]
    [InlineData("0/2000028", "0/3000000", new[] { "000000010000000000000002" })]
    [InlineData("0/2000028", "0/3000001", new[] { "000000010000000000000002", "000000010000000000000003" })]
    [InlineData("0/FF000028", "1/60", new[] { "0000000100000000000000FF", "000000020000000100000000" })]
    public void The_log_from_start_to_stop_is_found_and_a_position_on_a_boundary_belongs_to_the_segment_before(string start, string stop, string[] expected)
    {
        foreach (var name in new[] { "000000010000000000000002", "000000010000000000000003", "0000000100000000000000FF", "000000020000000100000000", "archive_status" })
        {
            files.Write($"wal/{name}", "x");
        }

        Assert.Equal(expected, LogSegments.Find(files.At("wal"), start, stop, 16 << 20));
    }

    [Fact]
    public void A_log_with_a_gap_is_refused()
    {
        files.Write("wal/000000010000000000000002", "x");

        Assert.Equal(
            ErrorCode.EngineAnswer, Assert.Throws<CairnException>(() => LogSegments.Find(files.At("wal"), "0/2000028", "0/3000100", 16 << 20)).Code);
    }

    [Fact]
    public void Postmaster_pid_tells_process_port_socket_and_address()
    {
        var file = PostmasterFile.Parse(["4711", "/srv/data", "1700000000", "5433", "/run/postgresql", "127.0.0.1", "  5433001    65538", "ready   "]);

        Assert.Equal(new PostmasterFile(4711, 5433, "/run/postgresql", "127.0.0.1"), file);
        Assert.Null(PostmasterFile.Parse(["", ""]));
    }

    [Fact]
    public void A_stage_becomes_a_server_that_recovers_to_the_end_of_the_backup_and_does_not_archive_where_it_is_a_copy()
    {
        Stage("15");

        Finish(Record("15", "postgresql", "/elsewhere/data"), ("port", "6001"), ("set", "work_mem=5MB"));

        var settings = File.ReadAllText(files.At("stage", "postgresql.auto.conf"));
        Assert.Equal("immediate", SettingsFile.Find(settings, "recovery_target"));
        Assert.Equal("current", SettingsFile.Find(settings, "recovery_target_timeline"));
        Assert.Equal("off", SettingsFile.Find(settings, "archive_mode"));
        Assert.Equal("6001", SettingsFile.Find(settings, "port"));
        Assert.Equal("5MB", SettingsFile.Find(settings, "work_mem"));
        Assert.Null(SettingsFile.Find(settings, "recovery_target_time"));
        Assert.True(File.Exists(files.At("stage", "recovery.signal")));
        Assert.False(File.Exists(files.At("stage", "standby.signal")));
        Assert.Equal("START WAL LOCATION: 0/2000028\n", File.ReadAllText(files.At("stage", "backup_label")));
        Assert.Equal($"16384 {files.At("moved")}\n", File.ReadAllText(files.At("stage", "tablespace_map")));
        Assert.Equal(files.At("moved"), new FileInfo(files.At("stage", "pg_tblspc", "16384")).LinkTarget);
    }

    [Fact]
    public void The_original_in_its_place_goes_on_archiving()
    {
        Stage("15");

        Finish(Record("15", "postgresql", files.At("data")));

        Assert.Null(SettingsFile.Find(File.ReadAllText(files.At("stage", "postgresql.auto.conf")), "archive_mode"));
    }

    [Fact]
    public void Before_version_12_the_recovery_is_told_by_a_file_of_its_own()
    {
        Stage("11");

        Finish(Record("11", "postgresql", files.At("data")));

        Assert.Equal("immediate", SettingsFile.Find(File.ReadAllText(files.At("stage", "recovery.conf")), "recovery_target"));
        Assert.False(File.Exists(files.At("stage", "recovery.signal")));
    }

    [Fact]
    public void The_other_dialect_recovers_by_its_label_and_is_told_to_make_its_double_write_files()
    {
        Stage("9.2");
        Directory.CreateDirectory(files.At("stage", "global"));

        Finish(Record("9.2", "opengauss", files.At("data")));

        Assert.Equal(new byte[8192], File.ReadAllBytes(files.At("stage", "global", "pg_dw.build")));
        Assert.False(File.Exists(files.At("stage", "recovery.signal")));
        Assert.False(File.Exists(files.At("stage", "recovery.conf")));
    }

    [Fact]
    public void A_stage_without_its_label_or_without_a_tablespace_is_refused_before_a_server_can_start_on_it()
    {
        Stage("15");
        File.Delete(files.At("stage", "backup_label"));

        var unlabelled = Assert.Throws<CairnException>(() => Finish(Record("15", "postgresql", files.At("data"))));
        Stage("15");
        Directory.Delete(files.At("stage-16384"), recursive: true);
        var incomplete = Assert.Throws<CairnException>(() => Finish(Record("15", "postgresql", files.At("data"))));

        Assert.Equal(ErrorCode.PointDamaged, unlabelled.Code);
        Assert.Equal(ErrorCode.PointDamaged, incomplete.Code);
    }

    [Fact]
    public void The_configuration_of_an_instance_is_checked_key_by_key()
    {
        var problems = new List<string>();
        var options = new InstanceOptions { Config = "/etc/x", Options = YamlSection.Parse("port: 70000\ncolour: red\n") };

        Assert.Null(ServerConfiguration.Read(options, problems));

        Assert.Contains(problems, problem => problem.StartsWith("options.data", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("options.port", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("colour", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("config", StringComparison.Ordinal));
    }

    private void Stage(string version)
    {
        files.Write("stage/PG_VERSION", version + "\n");
        files.Write("stage/backup_label", "START WAL LOCATION: 0/2000028\n");
        files.Write("stage/tablespace_map", "16384 /srv/space\n");
        files.Write("stage/standby.signal", "");
        files.Write("stage/postgresql.auto.conf", "recovery_target_time = 'then'\nmax_connections = 50\n");
        files.Write("stage-16384/5/16400", "x");
    }

    private void Finish(RestoreRecord record, params (string Name, string Value)[] words)
    {
        var parameters = EngineParameters.Check(
            "server", [.. words.Select(word => new EngineParameter { Name = word.Name, Value = word.Value })], RestoreWords.Rules);
        var configuration = new ServerConfiguration(files.At("data"), null, null, "postgres", "postgres", null, null, "here:data");
        var layout = new RestoreLayout(
            [new RestoreTarget("tablespace-16384", files.At("moved", "PG_15_202209061"), true), new RestoreTarget("data", files.At("data"), true)], []);
        new StageFinisher(configuration).Finish(
            new RestoreRequestFacts(record.ToJson(), MetadataHere: true, parameters, ForeignNode: false),
            layout,
            new Dictionary<string, string> { ["data"] = files.At("stage"), ["tablespace-16384"] = files.At("stage-16384") });
    }

    private static RestoreRecord Record(string version, string dialect, string data) => new()
    {
        Dialect = dialect,
        Version = "",
        MajorVersion = version,
        SystemIdentifier = "7",
        Role = "primary",
        Cold = false,
        Checksums = true,
        StartLsn = "0/2000028",
        StopLsn = "0/2000100",
        Timeline = "1",
        Host = Environment.MachineName,
        DataDirectory = data,
        Tablespaces = [new Tablespace(16384, "/srv/space", "PG_15_202209061", Inside: false)],
        OutsideFiles = [],
        PageFailures = [],
        PageFailureCount = 0,
    };
}
