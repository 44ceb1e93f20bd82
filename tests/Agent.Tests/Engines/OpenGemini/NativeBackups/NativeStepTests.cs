using Cairn.Shared.Errors;
using Cairn.TestKit;
using Cairn.TestKit.Trees;
using OpenGeminiDouble.Store;

namespace Cairn.Agent.Tests.Engines.OpenGemini.NativeBackups;

/// <summary>A store that is told to back itself up, on real files, and lies in the ways that real ones were seen to.</summary>
public sealed class NativeStepTests : IDisposable
{
    private const string BackupPath = "backupPath=";
    private readonly RecordedNode node;
    private readonly NativeBackup store;
    private string wrong = "";
    private Task running = Task.CompletedTask;

    public NativeStepTests()
    {
        node = new RecordedNode("cluster");
        store = new NativeBackup(node.Data, node.Wal, node.Meta);
        node.SqlAnswer = AnswerSql;
    }

    public void Dispose()
    {
        store.Abort();
        running.Wait(TimeSpan.FromSeconds(20));
        node.Dispose();
    }

    [Fact]
    public async Task What_a_native_backup_brings_equals_the_live_files_and_its_directory_is_gone()
    {
        var taken = await node.CaptureAsync("native");

        var (live, captured) = (TreeImage.Of(node.Data).Contents, TreeImage.Of(node.Workspace.For("data")).Contents);
        Assert.Equal(live.Where(IsData), captured.Where(IsData));
        Assert.Contains(taken.Notes, note => note.Contains("files that stood there all the time are in the native backup", StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Workspace.For("wal")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(node.Workspace.For("data"))!), path => path.Contains(".native-", StringComparison.Ordinal));
        await node.CaptureAsync("metadata");
        Assert.Contains("\"captured\":[\"data\",\"wal\",\"meta\"]", (await node.Instance.RecordAsync(node.Workspace, CancellationToken.None)).Json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "says 'backup success', but there is no")]
    [InlineData("failed", "backup failed: no space left on device")]
    [InlineData("plain", "holds the plain text of the server's progress writer")]
    [InlineData("old", "before this one was ordered")]
    [InlineData("meta-only", "the store's own line was lost")]
    [InlineData("restarted", "it was restarted meanwhile")]
    [InlineData("lost-file", "the log names this file, and it is not there")]
    [InlineData("torn-file", "is cut off")]
    [InlineData("lost-shard", "stood there before and after the native backup, which has nothing of it")]
    public async Task A_success_that_is_none_is_found_out_and_nothing_is_left(string how, string finding)
    {
        wrong = how;

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync("native"));

        Assert.Contains(finding, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(node.Workspace.For("data"))!), path => path.Contains(".native-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Plain_text_of_a_long_backup_is_taken_away_while_it_runs_so_that_its_last_word_can_be_written()
    {
        wrong = "plain-once";

        await node.CaptureAsync("native");

        Assert.NotEmpty(TreeImage.Of(node.Workspace.For("data")).Contents);
    }

    [Fact]
    public async Task A_store_that_backs_itself_up_already_is_left_alone()
    {
        running = store.Begin(node.Root + "/somebody-elses", "hang");

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync("native"));

        Assert.Equal(ErrorCode.ClusterLocked, refused.Code);
        Assert.DoesNotContain(node.AskedSql, asked => asked.Contains("mod=backup&", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_ends_meanwhile_tells_the_store_to_stop()
    {
        wrong = "hang";
        using var stop = new CancellationTokenSource();
        var capturing = node.CaptureAsync("native", cancellationToken: stop.Token);
        await Eventually.HoldsAsync("the store backs itself up", () => store.Status == "backup in progress", TimeSpan.FromSeconds(20), CancellationToken.None);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => capturing);
        Assert.Contains(node.AskedSql, asked => asked.Contains("mod=abort_backup", StringComparison.Ordinal));
        Assert.Equal("backup success", store.Status);
    }

    [Fact]
    public async Task An_answer_that_names_the_store_as_failed_is_believed()
    {
        node.SqlAnswer = (method, url) => url.Contains("mod=backup&", StringComparison.Ordinal)
            ? new Recorded($"{{\n\t\n\t{node.StoreAddress}: failed,no connections available, node: 4, 127.0.0.1:8401,\n}}\n")
            : AnswerSql(method, url);

        var refused = await Assert.ThrowsAsync<CairnException>(() => node.CaptureAsync("native"));

        Assert.Contains("no connections available", refused.Message, StringComparison.Ordinal);
    }

    private static bool IsData(KeyValuePair<string, string> file) =>
        file.Key.EndsWith(".tssp", StringComparison.Ordinal) || file.Key.Contains("/index/", StringComparison.Ordinal);

    private Recorded? AnswerSql(string method, string url)
    {
        if (method != "POST")
        {
            return null;
        }

        if (url.StartsWith("/debug/ctrl?mod=backup&", StringComparison.Ordinal))
        {
            running = store.Begin(url[(url.IndexOf(BackupPath, StringComparison.Ordinal) + BackupPath.Length)..], wrong);
            return Answer("success,");
        }

        if (url.StartsWith("/debug/ctrl?mod=abort_backup", StringComparison.Ordinal))
        {
            store.Abort();
            return new Recorded("null\n");
        }

        return url.StartsWith("/debug/ctrl?mod=backup_status", StringComparison.Ordinal) ? Answer($"{{\"status\":\"{store.Status}\"}}") : null;
    }

    private Recorded Answer(string said) => new($"{{\n\t\n\t{node.StoreAddress}: {said}\n}}\n", Version: "v1.5.2");
}
