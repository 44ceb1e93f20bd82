using Cairn.Agent.Engines.OpenGauss.Configuration;
using Cairn.Agent.Engines.OpenGauss.Restore;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

public sealed class ServerExportTests
{
    [Theory]
    [InlineData("data/PG_VERSION", "base", "PG_VERSION")]
    [InlineData("data/base/5/16400.1", "base", "base/5/16400.1")]
    [InlineData("data/pg_wal", "base", "pg_wal")]
    [InlineData("data/pg_wal/archive_status", "base", "pg_wal/archive_status")]
    [InlineData("data/pg_wal/000000010000000000000002", "pg_wal", "000000010000000000000002")]
    [InlineData("tablespace-16384", "16384", "PG_15_202209061")]
    [InlineData("tablespace-16384/5/16401", "16384", "PG_15_202209061/5/16401")]
    public void Every_path_goes_into_one_archive_under_the_name_that_the_servers_tool_gives_it(string path, string archive, string member)
    {
        var found = ServerExport.Archives(Record()).Select(one => (one.Name, Member: one.Member(path))).Where(one => one.Member is not null);

        Assert.Equal([(archive, member)], found);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("tablespace-1638")]
    [InlineData("configuration/postgresql.conf")]
    public void What_the_servers_tool_does_not_write_is_in_none(string path)
    {
        Assert.All(ServerExport.Archives(Record()), archive => Assert.Null(archive.Member(path)));
    }

    private static RestoreRecord Record() => new()
    {
        Dialect = "postgresql",
        Version = "",
        MajorVersion = "15",
        SystemIdentifier = "7",
        Role = "primary",
        Cold = false,
        Checksums = true,
        StartLsn = "0/2000028",
        StopLsn = "0/2000100",
        Timeline = "1",
        Host = "host",
        DataDirectory = "/data",
        Tablespaces = [new Tablespace(16384, "/srv/space", "PG_15_202209061", Inside: false)],
        OutsideFiles = [],
        PageFailures = [],
        PageFailureCount = 0,
    };
}
