using Cairn.V1;

namespace Cairn.Agent.Tests.Engines.OpenGemini;

public sealed class BackupPrecheckTests
{
    [Fact]
    public async Task A_stopped_node_passes_for_a_cold_backup_and_nothing_stays_behind()
    {
        using var node = new RecordedNode("cluster");
        foreach (var root in new[] { node.Data, node.Wal, node.Meta })
        {
            Directory.Delete(Path.GetDirectoryName(root) + "/.cairn", recursive: true);
        }

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck { Cold = true }, CancellationToken.None);

        Assert.All(checks, check => Assert.True(check.Passed, check.Finding));
        Assert.Equal(["link", "roots", "space"], checks.Select(c => c.Name).Distinct().Order());
        Assert.False(Directory.Exists(Path.GetDirectoryName(node.Data) + "/.cairn"));
    }

    [Fact]
    public async Task A_dead_role_is_found_for_a_hot_backup()
    {
        using var node = new RecordedNode("cluster");

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck(), CancellationToken.None);

        var failed = Assert.Single(checks, c => !c.Passed);
        Assert.Equal(("running", "INSTANCE_NOT_RUNNING"), (failed.Name, failed.Error.Code));
        Assert.Contains($"{node.StoreAddress}, the address of role store", failed.Finding, StringComparison.Ordinal);
        Assert.Equal(2, checks.Count(c => c is { Name: "running", Passed: true }));
        Assert.Contains(checks, c => c is { Name: "orders", Passed: true });
    }

    [Fact]
    public async Task Orders_that_need_a_user_are_refused()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (method, _) => method == "POST" ? new Recorded("""{"error":"auth"}""", 401) : null;

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck(), CancellationToken.None);

        Assert.Equal("UNSUPPORTED", checks.Single(c => c.Name == "orders").Error.Code);
    }

    [Fact]
    public async Task A_migration_in_progress_is_refused()
    {
        using var node = new RecordedNode("cluster");
        node.MetaAnswer = (_, url) => url.StartsWith("/getdata", StringComparison.Ordinal)
            ? new Recorded(node.GetData.Replace("\"MigrateEvents\": {}", "\"MigrateEvents\": {\"iot$0\": {}}", StringComparison.Ordinal))
            : null;

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck(), CancellationToken.None);

        Assert.Equal("UNSETTLED", checks.Single(c => c.Name == "settled").Error.Code);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_refused()
    {
        using var node = new RecordedNode("cluster");
        Directory.Delete(node.Wal, recursive: true);

        var checks = await node.Instance.PrecheckBackupAsync(new BackupPrecheck { Cold = true }, CancellationToken.None);

        var failed = Assert.Single(checks, c => !c.Passed);
        Assert.Equal("PATH_UNUSABLE", failed.Error.Code);
        Assert.Contains(node.Wal, failed.Finding, StringComparison.Ordinal);
    }
}
