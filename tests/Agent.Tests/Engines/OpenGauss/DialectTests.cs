using Cairn.Agent.Engines.OpenGauss.Server;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Tests.Engines.OpenGauss;

/// <summary>
/// Which SQL each server is sent. PostgreSQL 15 answers it in the suite of that name; for the others the sentences stand against the sources
/// and pages that docs/engines/opengauss.md names.
/// </summary>
public sealed class DialectTests
{
    private const string OpenGaussVersion =
        "(openGauss 6.0.0 build aee4abd5) compiled at 2024-09-29 19:14:27 commit 0 last mr  on x86_64-unknown-linux-gnu, compiled by g++ (GCC) 10.3.1, 64-bit";

    [Theory]
    [InlineData("100023")]
    [InlineData("140012")]
    public void Before_15_a_backup_is_begun_by_the_old_names_and_is_not_exclusive(string number)
    {
        var dialect = Dialect.Of($"PostgreSQL {number[..2]}.1 on x86_64-pc-linux-gnu", number);

        Assert.Equal("SELECT pg_start_backup($1::text, $2::text::boolean, false)::text", dialect.Start);
        Assert.Equal("SELECT lsn::text, labelfile, spcmapfile FROM pg_stop_backup(false, false)", dialect.Stop);
        Assert.Equal("pg_wal", dialect.WalDirectory);
    }

    [Theory]
    [InlineData("150018")]
    [InlineData("170004")]
    public void From_15_on_a_backup_has_its_new_names_and_does_not_wait_for_an_archive(string number)
    {
        var dialect = Dialect.Of($"PostgreSQL {number[..2]}.1 (Debian)", number);

        Assert.Equal("SELECT pg_backup_start(label => $1::text, fast => $2::text::boolean)::text", dialect.Start);
        Assert.Equal("SELECT lsn::text, labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => false)", dialect.Stop);
        Assert.Contains("SET idle_session_timeout = 0", dialect.Session);
        Assert.True(dialect.RepairsTornPages);
    }

    [Fact]
    public void A_session_of_13_is_not_told_of_a_setting_that_came_with_14()
    {
        Assert.DoesNotContain(Dialect.Of("PostgreSQL 13.9", "130009").Session, setting => setting.Contains("idle_session", StringComparison.Ordinal));
    }

    [Fact]
    public void OpenGauss_is_known_by_its_name_though_it_reports_the_number_of_an_old_postgresql()
    {
        var dialect = Dialect.Of(OpenGaussVersion, "90204");

        Assert.Equal("opengauss", dialect.Name);
        Assert.Equal("SELECT pg_start_backup($1::text, $2::text::boolean, false)::text", dialect.Start);
        Assert.Equal("SELECT lsn::text, labelfile, spcmapfile FROM pg_stop_backup(false)", dialect.Stop);
        Assert.Contains("SET session_timeout = 0", dialect.Session);
        Assert.Equal("pg_xlog", dialect.WalDirectory);
        Assert.False(dialect.RepairsTornPages);
        Assert.DoesNotContain("pg_wal_lsn_diff", dialect.Following + dialect.Followers, StringComparison.Ordinal);
        Assert.DoesNotContain("pg_control_", dialect.State, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PostgreSQL 9.6.24 on x86_64", "90624")]
    [InlineData("CockroachDB CCL v23.1", "130000")]
    [InlineData("", "")]
    public void What_is_neither_is_refused(string version, string number)
    {
        Assert.Equal(ErrorCode.Unsupported, Assert.Throws<CairnException>(() => Dialect.Of(version, number)).Code);
    }

    [Theory]
    [InlineData("Primary", "primary")]
    [InlineData("Cascade Standby", "cascade standby")]
    public void OpenGausss_own_word_for_its_role_is_the_role(string said, string role)
    {
        string[] row =
        [
            "openGauss 6.0.0", role == "primary" ? "false" : "true", "/data/dn", "/data/dn/postgresql.conf", "/data/dn/pg_hba.conf", "/data/dn/pg_ident.conf",
            "true", "hot_standby", "off", "", "", "16777216", "B", "off", said,
        ];

        var state = ServerState.Of(row);

        Assert.Equal(role, state.Role);
        Assert.Equal(16 << 20, state.WalSegmentBytes);
    }

    [Fact]
    public void Version_10_tells_the_size_of_a_log_segment_in_blocks()
    {
        string[] row = ["10.23", "false", "/d", "/d/c", "/d/h", "/d/i", "false", "replica", "on", "7", "1", "2048", "8kB", "off", ""];

        Assert.Equal(16 << 20, ServerState.Of(row).WalSegmentBytes);
    }
}
