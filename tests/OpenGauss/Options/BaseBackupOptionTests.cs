using System.Globalization;
using Cairn.OpenGauss.Servers;
using Cairn.TestKit;
using Cairn.TestKit.Processes;

namespace Cairn.OpenGauss.Options;

/// <summary>What an operator of gs_basebackup is promised by the page's table: every row of it is tried.</summary>
[Collection(SharedSite.Name)]
public sealed class BaseBackupOptionTests(SharedSite shared)
{
    private const string Page = "docs/engines/opengauss.md";
    private const string Head = "| gs_basebackup | Cairn |";
    private const string Role = "backup_role";
    private const string Password = "let me in";

    private Site Site => shared.Site;

    public static TheoryData<string> Rows() => [.. File.ReadLines(Checkout.PathOf(Page))
        .SkipWhile(line => line != Head).Skip(2).TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Select(line => line[2..line.IndexOf(" | ", StringComparison.Ordinal)])];

    [Theory]
    [MemberData(nameof(Rows))]
    public Task Every_option_has_its_counterpart(string row) => row switch
    {
        "`-D DIR`" => HasPlainExportAsync(),
        @"`-c fast\|spread`" => HasBackupAsync("--checkpoint", "fast"), // spread: the increment of ClusterTests
        "`-l LABEL`" => HasLabelAsync(),
        "`-P`" => HasProgressAsync(),
        "`-v`" => HasStoryAsync(),
        "`-V`" => HasVersionAsync(),
        "`-T OLD=NEW`" => HasMappingAsync(),
        "`-F p`, `-F t`" => HasArchivesAsync(compression: [], suffix: ""),
        @"`-X fetch\|stream`, `-x`" => HasBackupAsync("--wal", "fetch"), // stream: the point that the others use
        "`-z`, `-Z 0-9`" => HasArchivesAsync(["--gzip", "9"], ".gz"),
        "`-h`, `-p`, `-U`, `-w`, `-W`" => HasLoginAsync(),
        "`-s`" => HasStatusAsync(),
        "`-t`" => HasLimitsAsync(),
        _ => throw new InvalidOperationException($"nothing tries the row {row}"),
    };

    [Fact]
    public async Task An_export_starts_as_it_is_and_in_archives_it_has_the_files_that_the_databases_own_tool_makes()
    {
        var point = (await Site.BackupAsync("--full", "--wal", "stream")).GetProperty("pointId").GetString()!;
        var plain = Path.Combine(Site.Directory, "export");
        var tars = Path.Combine(Site.Directory, "tars");

        // Its server must be able to get there, and the agent makes directories for itself only.
        Directory.CreateDirectory(plain);
        string[] words = ["repository", "export", "--config", Path.Combine(Site.Directory, "cairn", "agent-node-1.yaml"), point];

        await Tool.RunPlainAsync(Checkout.Program("src/Agent", "cairn-agent"), [.. words, plain]);
        await Tool.RunPlainAsync(Checkout.Program("src/Agent", "cairn-agent"), [.. words, tars, "--format", "tar", "--archives", "--gzip", "1"]);

        var data = Path.Combine(plain, "opengauss", "data");
        await Tool.RunAsync("pg_ctl", "-D", data, "-w", "-o", $"-k {Site.Servers[0].Directory} -p 6999 -c listen_addresses=", "-l", Path.Combine(Site.Servers[0].Directory, "export.log"), "start");
        string answer;
        try
        {
            await Eventually.HoldsAsync(
                "the export has recovered", async _ => await AskAsync("SELECT pg_is_in_recovery()") is "f" ? null : "it recovers", TimeSpan.FromSeconds(60), CancellationToken.None);
            answer = await AskAsync("SELECT count(*) || ' ' || current_setting('archive_mode') FROM marks");
        }
        finally
        {
            await Tool.RunAsync("pg_ctl", "-D", data, "-m", "fast", "-w", "stop");
        }

        Assert.Equal("20000 off", answer);
        var oid = await Site.Primary.AskAsync("SELECT oid FROM pg_tablespace WHERE spcname = 'elsewhere'");
        Assert.Equal([$"{oid}.tar.gz", "base.tar.gz", "pg_wal.tar.gz"], Directory.GetFiles(tars).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var members = await Tool.RunPlainAsync("/bin/tar", "-tzf", Path.Combine(tars, "base.tar.gz"));
        Assert.Contains("backup_label\n", members, StringComparison.Ordinal);
        Assert.Contains("global/pg_control\n", members, StringComparison.Ordinal);
        Assert.StartsWith("PG_15_", await Tool.RunPlainAsync("/bin/tar", "-tzf", Path.Combine(tars, $"{oid}.tar.gz")), StringComparison.Ordinal);

        async Task<string> AskAsync(string sql) => (await Tool.RunAsync(
            "psql", "-X", "-A", "-t", "-q", "-h", Site.Servers[0].Directory, "-p", "6999", "-U", Tool.User, "-d", "bank", "-c", sql)).Trim();
    }

    [Fact]
    public async Task The_servers_of_the_host_are_found_by_looking()
    {
        var found = await Tool.RunPlainAsync(Checkout.Program("src/Agent", "cairn-agent"), "discover");

        foreach (var server in Site.Servers)
        {
            Assert.Contains($"data: {server.Data}\n", found, StringComparison.Ordinal);
            Assert.Contains($"port {server.PortText}, socket {server.Sockets}", found, StringComparison.Ordinal);
            Assert.Contains($"  - {server.Space}\n", found, StringComparison.Ordinal);
        }

        Assert.Contains($"binaries: {Tool.Binaries}\n", found, StringComparison.Ordinal);
    }

    private async Task HasPlainExportAsync()
    {
        var target = NewDirectory();

        await ExportAsync(target);

        Assert.Equal("15\n", await File.ReadAllTextAsync(Path.Combine(target, "opengauss", "data", "PG_VERSION")));
    }

    private Task HasBackupAsync(params string[] options) => Site.BackupAsync(["--full", .. options]);

    private async Task HasLabelAsync()
    {
        var target = NewDirectory();

        await ExportAsync(target);

        var label = (await Site.PointAsync((await shared.PointAsync()).Point)).GetProperty("label").GetString();
        Assert.Equal(SharedSite.Label, label);
        Assert.Contains($"LABEL: {SharedSite.Label}\n", await File.ReadAllTextAsync(Path.Combine(target, "opengauss", "data", "backup_label")), StringComparison.Ordinal);
    }

    // Without a terminal each phase is a line; the rows that a terminal gets are drawn from the same events.
    private async Task HasProgressAsync()
    {
        var job = await Site.BeginAsync("backup", "run", Site.Cluster, "--full");

        var watched = await Site.Cairn.CliTextAsync(["job", "watch", job], CancellationToken.None);

        Assert.Contains("copy", watched.Done().ToString(), StringComparison.Ordinal);
    }

    private async Task HasStoryAsync()
    {
        var told = await Site.Cairn.CliTextAsync(["job", "explain", (await shared.PointAsync()).Job], CancellationToken.None);

        Assert.Contains("backup mode", told.Done().Output, StringComparison.Ordinal);
    }

    private async Task HasVersionAsync() =>
        Assert.Matches("[0-9]+", (await Tool.RunPlainAsync(Checkout.Program("src/Cli", "cairn"), "--version")).Trim());

    private async Task HasMappingAsync()
    {
        var elsewhere = Path.Combine(Site.Primary.Directory, "elsewhere");

        var planned = await Site.CliAsync(
            "restore", "plan", Site.Cluster, (await shared.PointAsync()).Point, "--stop", "--tablespace-mapping", $"{Site.Primary.Space}={elsewhere}");

        Assert.Contains($"'{Site.Primary.Space}' goes to '{elsewhere}'", planned.Done().Output.Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task HasArchivesAsync(string[] compression, string suffix)
    {
        var target = NewDirectory();

        await ExportAsync(target, ["--format", "tar", "--archives", .. compression]);

        var oid = await Site.Primary.AskAsync("SELECT oid FROM pg_tablespace WHERE spcname = 'elsewhere'");
        Assert.Equal(
            [$"{oid}.tar{suffix}", $"base.tar{suffix}", $"pg_wal.tar{suffix}"], Directory.GetFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Matches("^[0-9A-F]{24}", await Tool.RunPlainAsync("/bin/tar", "-taf", Path.Combine(target, $"pg_wal.tar{suffix}")));
    }

    private async Task HasLoginAsync()
    {
        await Site.Primary.AskAsync($"CREATE ROLE {Role} SUPERUSER REPLICATION LOGIN PASSWORD '{Password}'");
        var hba = Path.Combine(Site.Primary.Data, "pg_hba.conf");
        var before = await File.ReadAllLinesAsync(hba);
        await RewriteAsync(hba, [$"local all {Role} scram-sha-256", .. before]);
        await Site.Primary.AskAsync("SELECT pg_reload_conf()");
        var password = Path.Combine(Site.Directory, "password");
        await RewriteAsync(password, [Password]);
        var usual = Site.Cairn.Setup("node-1");
        string[] given =
        [
            $"options: {{ data: {Site.Primary.Data}, binaries: {Tool.Binaries}, host: {Site.Primary.Sockets}, port: {Site.Primary.PortText}, user: {Role}, database: bank, password-file: {password} }}",
            .. usual.InstanceLines.Skip(1),
        ];

        try
        {
            await RestartAgentAsync(usual with { InstanceLines = given });

            await HasBackupAsync("--from", "primary");
        }
        finally
        {
            await RewriteAsync(hba, before);
            await Site.Primary.AskAsync("SELECT pg_reload_conf()");
            await RestartAgentAsync(usual);
            await Site.Primary.AskAsync($"DROP ROLE {Role}");
        }
    }

    private async Task HasStatusAsync()
    {
        var listed = (await Site.CliAsync("node", "list")).Done().Last.GetProperty("nodes").EnumerateArray();

        Assert.All(listed, node => Assert.Equal("online", node.GetProperty("state").GetString()));
    }

    // The site's coordinator is started with limits of its own, and everything else here runs under them.
    private async Task HasLimitsAsync()
    {
        Assert.Contains("call-seconds: 60", Site.Cairn.CoordinatorLimits);
        Assert.Contains("call-seconds: 60", await File.ReadAllTextAsync(Path.Combine(Site.Directory, "cairn", "coordinator.yaml")), StringComparison.Ordinal);
    }

    private async Task RestartAgentAsync(AgentSetup setup)
    {
        Site.Cairn.Configure("node-1", _ => setup);
        await Site.Cairn.KillAgentAsync("node-1");
        await Site.Cairn.StartAgentAsync("node-1", CancellationToken.None);
        await Site.Cairn.WaitForAgentsAsync(CancellationToken.None);
    }

    private static async Task RewriteAsync(string path, IReadOnlyList<string> lines)
    {
        await using var file = new StreamWriter(path, append: false);
        foreach (var line in lines)
        {
            await file.WriteLineAsync(line);
        }
    }

    private async Task ExportAsync(string target, params string[] words) => await Tool.RunPlainAsync(
        Checkout.Program("src/Agent", "cairn-agent"),
        ["repository", "export", "--config", Path.Combine(Site.Directory, "cairn", "agent-node-1.yaml"), (await shared.PointAsync()).Point, target, .. words]);

    private string NewDirectory() => Path.Combine(Site.Directory, string.Create(CultureInfo.InvariantCulture, $"export-{Guid.NewGuid():n}"));
}
