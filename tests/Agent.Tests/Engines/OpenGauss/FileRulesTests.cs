using Cairn.Agent.Engines.OpenGauss.Backup;
using Cairn.Agent.Native;
using Cairn.Agent.Tests.Plain;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

public sealed class FileRulesTests
{
    [Theory]
    [InlineData("postmaster.pid")]
    [InlineData("postmaster.opts")]
    [InlineData("backup_label")]
    [InlineData("tablespace_map")]
    [InlineData("global/pg_control")]
    [InlineData("global/pg_internal.init")]
    [InlineData("base/5/pg_internal.init.4711")]
    [InlineData("base/pgsql_tmp/pgsql_tmp17.0")]
    [InlineData("base/5/t3_16400")]
    [InlineData("base/5/t3_16400_fsm.1")]
    [InlineData("pg_wal/000000010000000000000001")]
    [InlineData("pg_xlog/000000010000000000000001")]
    [InlineData("pg_wal/archive_status/000000010000000000000001.done")]
    [InlineData("pg_replslot/standby/state")]
    [InlineData("pg_notify/0000")]
    [InlineData("pg_subtrans/0001")]
    [InlineData("pg_stat_tmp/global.stat")]
    [InlineData("global/pg_dw")]
    [InlineData("gaussdb.state")]
    public void What_the_server_makes_itself_is_left_out(string path)
    {
        Assert.True(new FileRules().IsLeftOut("/nowhere", path, FileKind.Regular, cold: false));
    }

    [Theory]
    [InlineData("PG_VERSION")]
    [InlineData("postgresql.auto.conf")]
    [InlineData("base/5/16400")]
    [InlineData("base/5/16400_vm")]
    [InlineData("base/5/pg_filenode.map")]
    [InlineData("pg_xact/0000")]
    [InlineData("pg_multixact/offsets/0000")]
    [InlineData("pg_logical/replorigin_checkpoint")]
    [InlineData("pg_twophase/00000001")]
    public void What_holds_data_is_taken(string path)
    {
        Assert.False(new FileRules().IsLeftOut("/nowhere", path, FileKind.Regular, cold: false));
    }

    [Theory]
    [InlineData("pg_wal")]
    [InlineData("pg_wal/archive_status")]
    [InlineData("pg_replslot")]
    [InlineData("pg_notify")]
    [InlineData("pg_tblspc")]
    public void The_directories_that_a_start_needs_are_kept_empty(string path)
    {
        Assert.False(new FileRules().IsLeftOut("/nowhere", path, FileKind.Directory, cold: false));
    }

    [Fact]
    public void Of_an_unlogged_relation_only_the_initial_fork_is_taken()
    {
        using var files = new TestDirectory();
        foreach (var name in new[] { "16400", "16400_init", "16400_fsm", "16401" })
        {
            files.Write($"base/5/{name}", "x");
        }

        var rules = new FileRules();
        var left = new[] { "16400", "16400.1", "16400_fsm", "16400_init", "16401" }
            .Where(name => rules.IsLeftOut(files.At("."), $"base/5/{name}", FileKind.Regular, cold: false));

        Assert.Equal(["16400", "16400.1", "16400_fsm"], left);
    }

    [Fact]
    public void Of_a_stopped_server_the_log_belongs_to_the_data()
    {
        Assert.False(new FileRules().IsLeftOut("/nowhere", "pg_wal/000000010000000000000001", FileKind.Regular, cold: true));
        Assert.True(new FileRules().IsLeftOut("/nowhere", "postmaster.pid", FileKind.Regular, cold: true));
    }

    [Theory]
    [InlineData("base/5/16400", false, 0u)]
    [InlineData("base/5/16400.3", false, 3u)]
    [InlineData("base/5/16400_vm.1", false, 1u)]
    [InlineData("global/1262", false, 0u)]
    [InlineData("5/16400.2", true, 2u)]
    [InlineData("base/5/pg_filenode.map", false, null)]
    [InlineData("base/5/PG_VERSION", false, null)]
    [InlineData("pg_xact/0000", false, null)]
    public void Files_of_pages_are_known_by_where_they_are_and_what_they_are_called(string path, bool inTablespace, uint? segment)
    {
        Assert.Equal(segment, FileRules.SegmentOf(path, inTablespace));
    }
}
