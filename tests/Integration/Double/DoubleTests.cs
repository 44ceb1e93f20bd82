using System.Text.Json;
using Cairn.Integration.Sites;
using Cairn.TestKit.Processes;

namespace Cairn.Integration.Double;

/// <summary>That the double does what was observed on real servers; everything else here leans on it.</summary>
[Collection(FixedAddresses.Name)]
public sealed class DoubleTests : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private readonly TemporaryDirectory directory = new();
    private readonly OpenGeminiClient client = new();

    public void Dispose()
    {
        client.Dispose();
        directory.Dispose();
    }

    [Theory]
    [InlineData("single", "127.0.0.11")]
    [InlineData("cluster", "127.0.0.1")]
    [InlineData("replica", "127.0.0.1")]
    public async Task A_recorded_database_starts_on_its_files_and_leaves_data_and_log_as_they_are(string kind, string leader)
    {
        var files = DatabaseFiles.Unpack(kind, directory.Path);
        var before = files.Images();
        await using var database = files.Processes();

        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        using var stat = JsonDocument.Parse(await client.GetAsync($"http://{leader}:8091/debug?witch=raft-stat", CancellationToken.None));
        await database.StopAllAsync();

        Assert.Equal("Leader", stat.RootElement.GetProperty($"{leader}:8091").GetProperty("state").GetString());
        foreach (var (old, now) in before.Zip(files.Images()))
        {
            Assert.Empty(old.Data.DifferencesTo(now.Data));
            Assert.Empty(old.Wal.DifferencesTo(now.Wal));
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory.Path, "run")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" REPLICAS 3")]
    public async Task Acknowledged_points_are_read_again_after_everything_was_killed_in_the_middle_of_flushes_and_merges(string replicas)
    {
        var files = DatabaseFiles.Unpack("replica", directory.Path);
        await using var database = files.Processes();
        database.Environment["OPENGEMINI_DOUBLE"] = "churn=7;churn-rate=50";
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        await client.QueryAsync(files.Host(1), "CREATE DATABASE ld" + replicas, "", CancellationToken.None);
        await using var load = new LoadWriter([files.Host(1), files.Host(2)], "ld", "m", TimeSpan.FromMilliseconds(5));
        await load.WaitForAsync(300, CancellationToken.None);

        await database.KillAllAsync();
        await load.StopAsync();
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        var rows = await client.RowsAsync(files.Host(3), "ld", "m", CancellationToken.None);

        Assert.Empty(load.Acknowledged().Except(rows));
    }

    [Fact]
    public async Task A_killed_store_is_named_failed_and_its_rows_are_missing_from_a_result_with_status_200()
    {
        var files = DatabaseFiles.Unpack("cluster", directory.Path);
        await using var database = files.Processes();
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        await client.QueryAsync(files.Host(1), "CREATE DATABASE ld", "", CancellationToken.None);
        var lines = string.Join('\n', Enumerable.Range(0, 60).Select(at => $"m,k=k{at} v={at}i 17943000000000000{at:00}"));
        Assert.True(await client.WriteAsync(files.Host(1), "ld", lines, CancellationToken.None));

        await database.KillAsync("ts-store", 3);
        using var cluster = await client.QueryAsync(files.Host(1), "SHOW CLUSTER", "", CancellationToken.None);
        var rows = await client.RowsAsync(files.Host(1), "ld", "m", CancellationToken.None);

        var failed = cluster.RootElement.GetProperty("results")[0].GetProperty("series")[0].GetProperty("values").EnumerateArray()
            .Where(row => row[1].GetString() == "failed").Select(row => row[2].GetString());
        Assert.Equal(["127.0.0.3:8400"], failed);
        Assert.InRange(rows.Count, 1, 59);
    }

    [Fact]
    public async Task The_meta_with_the_highest_index_leads_and_an_empty_one_never_does()
    {
        var files = DatabaseFiles.Unpack("cluster", directory.Path);
        await using var database = files.Processes();
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        await client.PostAsync($"http://{files.Host(1)}:8091/backupMeta?backupPath={directory.Below("saved")}", CancellationToken.None);
        await client.QueryAsync(files.Host(1), "CREATE DATABASE later", "", CancellationToken.None);
        await database.StopAllAsync();

        PutSavedMeta(files);
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        var withOldFollowers = await DatabasesAsync(files.Host(1));
        await database.StopAllAsync();
        PutSavedMeta(files);
        Directory.Delete(files.Meta(2), recursive: true);
        Directory.Delete(files.Meta(3), recursive: true);
        await database.StartAllAsync(StartTimeout, CancellationToken.None);
        var withEmptyFollowers = await DatabasesAsync(files.Host(1));

        Assert.Contains("later", withOldFollowers);
        Assert.Equal(["iot", "late", "ops"], withEmptyFollowers);
    }

    private void PutSavedMeta(DatabaseFiles files)
    {
        Directory.Delete(files.Meta(1), recursive: true);
        var saved = Path.Combine(directory.Below("saved"), "meta_backup");
        foreach (var file in Directory.EnumerateFiles(saved, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(files.Meta(1), Path.GetRelativePath(saved, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private async Task<string[]> DatabasesAsync(string host)
    {
        using var answer = await client.QueryAsync(host, "SHOW DATABASES", "", CancellationToken.None);
        return [.. answer.RootElement.GetProperty("results")[0].GetProperty("series")[0].GetProperty("values").EnumerateArray()
            .Select(row => row[0].GetString()!).Order(StringComparer.Ordinal)];
    }
}
