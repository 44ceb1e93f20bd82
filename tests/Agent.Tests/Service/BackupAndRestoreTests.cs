using System.Security.Cryptography;
using System.Text;
using Cairn.Agent.Tests.Plain;
using Cairn.V1;

namespace Cairn.Agent.Tests.Service;

public sealed class BackupAndRestoreTests
{
    [Fact]
    public async Task What_was_backed_up_and_wiped_comes_back_with_names_modes_times_and_empty_directories()
    {
        await using var agent = await TestAgent.StartAsync();
        var dataBefore = Snapshot.Of(agent.Data);
        var metaBefore = Snapshot.Of(agent.Meta);
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        Directory.Delete(agent.Files.At("db"), recursive: true);
        Directory.CreateDirectory(agent.Files.At("db"));

        await agent.RestoreAsync(point);

        Assert.Equal(dataBefore, Snapshot.Of(agent.Data));
        Assert.Equal(metaBefore, Snapshot.Of(agent.Meta));
    }

    [Fact]
    public async Task A_restore_keeps_the_old_data_beside_undo_brings_them_back_and_discard_leaves_nothing()
    {
        await using var agent = await TestAgent.StartAsync();
        var atBackup = Snapshot.Of(agent.Data);
        var point = await agent.BackUpAsync();
        agent.Files.Write("db/data/a/later.tssp", "written after the backup");
        var beforeRestore = Snapshot.Of(agent.Data);
        agent.StopDatabase();

        var job = await agent.RestoreAsync(point);
        var restored = Snapshot.Of(agent.Data);
        await agent.DoneAsync(agent.Client.UndoAsync(
            new UndoRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = job }));
        var undone = Snapshot.Of(agent.Data);
        var discard = await agent.DoneAsync(agent.Client.DiscardAsync(
            new DiscardRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = job }));

        Assert.Equal(atBackup, restored);
        Assert.Equal(beforeRestore, undone);
        Assert.True(discard.Discard.BytesFreed > 0);
        Assert.Equal(["data", "meta"], Directory.EnumerateFileSystemEntries(agent.Files.At("db")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Discarding_the_last_restore_also_frees_what_an_undo_before_it_left()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        var first = await agent.RestoreAsync(point);
        await agent.DoneAsync(agent.Client.UndoAsync(
            new UndoRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = first }));
        var second = await agent.RestoreAsync(point);

        await agent.DoneAsync(agent.Client.DiscardAsync(
            new DiscardRequest { Header = agent.Header(TestAgent.NewJob()), RestoreJobId = second }));

        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
        Assert.Empty((await agent.Client.DescribeAsync(new DescribeRequest())).Remnants);
    }

    [Fact]
    public async Task A_listing_names_every_file_with_the_hash_of_its_content()
    {
        await using var agent = await TestAgent.StartAsync();
        var large = new string('x', 5_000_000) + new string('\0', 3_000_000) + "end";
        agent.Files.Write("db/data/a/large.tssp", large);
        agent.Files.Write("db/data/a/nothing.tssp", "");
        var point = await agent.BackUpAsync();

        var hashes = new Dictionary<string, string>();
        using var entries = agent.Client.ListEntries(
            new ListEntriesRequest { PointId = point.ToString(), Pattern = "plain1/data/a/*" });
        while (await entries.ResponseStream.MoveNext(CancellationToken.None))
        {
            hashes[Path.GetFileName(entries.ResponseStream.Current.Path)] = entries.ResponseStream.Current.Sha256;
        }

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["large.tssp"] = Hash(large), ["nothing.tssp"] = Hash(""), ["one.tssp"] = Hash("one"), ["two.tssp"] = Hash("two two"),
            },
            hashes);
    }

    [Fact]
    public async Task On_a_node_without_metadata_the_old_ones_are_moved_aside_and_an_empty_directory_is_left()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        agent.StopDatabase();
        File.SetUnixFileMode(agent.Meta, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var job = await agent.RestoreAsync(point, metadataHere: false);

        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Meta));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(agent.Meta));
        Assert.Equal(
            "metadata of the beginning",
            await File.ReadAllTextAsync(agent.Files.At("db", ".cairn", "restore", job, "old", "plain1.meta", "raft.db")));
    }

    [Fact]
    public async Task An_incremental_carries_unchanged_files_over_and_restores_by_itself()
    {
        await using var agent = await TestAgent.StartAsync();
        var chain = Cairn.Repository.ChainId.New(TimeProvider.System.GetUtcNow());
        var full = await agent.BackUpAsync(chain: chain);
        agent.Files.Write("db/data/a/three.tssp", "three three three");
        var atIncremental = Snapshot.Of(agent.Data);

        var incremental = await agent.BackUpAsync(full, chain);
        agent.StopDatabase();
        Directory.Delete(agent.Data, recursive: true);
        await agent.RestoreAsync(incremental);

        var points = (await agent.Client.ListPointsAsync(new ListPointsRequest())).Points;
        Assert.Equal(2, points.Count);
        Assert.Equal(
            "one".Length + "two two".Length + "metadata of the beginning".Length,
            points.Single(point => point.PointId == incremental.ToString()).Nodes[0].CarriedBytes);
        Assert.Equal(atIncremental, Snapshot.Of(agent.Data));
    }

    [Fact]
    public async Task Nothing_of_a_capture_is_left_after_a_commit()
    {
        await using var agent = await TestAgent.StartAsync();

        await agent.BackUpAsync();

        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(agent.Files.At("state", "notes")));
    }

    [Fact]
    public async Task An_aborted_backup_leaves_no_point_and_no_capture_and_cannot_be_committed_any_more()
    {
        await using var agent = await TestAgent.StartAsync();
        var job = TestAgent.NewJob();
        var point = Cairn.Repository.PointId.New(TimeProvider.System.GetUtcNow());
        await agent.CaptureAsync(job, point);
        var copy = agent.CopyRequest(job, point);
        await agent.DoneAsync(agent.Client.CopyAsync(copy));
        var prepared = await agent.DoneAsync(agent.Client.PrepareAsync(
            new PrepareRequest { Header = agent.Header(job), PointId = point.ToString() }));

        await agent.DoneAsync(agent.Client.AbortAsync(
            new AbortRequest { Header = agent.Header(job), PointId = point.ToString(), Reason = "a test" }));
        var refusal = await agent.RefusedAsync(
            agent.Client.CommitAsync(agent.CommitRequest(job, copy, prepared.Prepare.Node)));

        Assert.NotEmpty(refusal.Code);
        Assert.Empty((await agent.Client.ListPointsAsync(new ListPointsRequest())).Points);
        Assert.False(Directory.Exists(agent.Files.At("db", ".cairn")));
    }

    [Fact]
    public async Task The_metadata_of_another_node_are_kept_in_the_point_beside_this_nodes_own_part()
    {
        await using var leader = await TestAgent.StartAsync();
        await using var follower = await TestAgent.StartAsync();
        var job = TestAgent.NewJob();
        var point = Cairn.Repository.PointId.New(TimeProvider.System.GetUtcNow());
        await leader.CaptureAsync(job, point);
        await follower.DoneAsync(follower.Client.CaptureAsync(follower.CaptureRequest(job, point, "data")));

        using var fetch = leader.Client.FetchMetadata(new FetchMetadataRequest { Header = leader.Header(job) });
        using var put = follower.Client.PutMetadata();
        while (await fetch.ResponseStream.MoveNext(CancellationToken.None))
        {
            await put.RequestStream.WriteAsync(fetch.ResponseStream.Current);
        }

        await put.RequestStream.CompleteAsync();
        await put;
        var copy = follower.CopyRequest(job, point);
        await follower.DoneAsync(follower.Client.CopyAsync(copy));
        var prepared = await follower.DoneAsync(follower.Client.PrepareAsync(
            new PrepareRequest { Header = follower.Header(job), PointId = point.ToString() }));
        await follower.DoneAsync(follower.Client.CommitAsync(follower.CommitRequest(job, copy, prepared.Prepare.Node)));
        var paths = await PathsAsync(follower, point.ToString());

        Assert.Contains($".cluster-metadata/{TestAgent.Node}/plain1/meta/raft.db", paths);
        Assert.False(prepared.Prepare.Node.HasMetadata);
    }

    [Fact]
    public async Task A_verified_point_is_sound_and_a_flipped_byte_in_a_pack_is_named()
    {
        await using var agent = await TestAgent.StartAsync();
        var point = await agent.BackUpAsync();
        var request = new VerifyRequest { Header = agent.Header(TestAgent.NewJob()), PointId = point.ToString(), Level = VerifyLevel.Hash };

        var sound = await agent.DoneAsync(agent.Client.VerifyAsync(request));
        await agent.StopAsync();
        FlipAByteOfAPack(agent);
        await agent.StartAgainAsync();
        request.Header = agent.Header(TestAgent.NewJob());
        var damaged = await agent.DoneAsync(agent.Client.VerifyAsync(request));

        Assert.Equal(3, sound.Verify.Files);
        Assert.Empty(sound.Verify.Damage);
        Assert.NotEmpty(damaged.Verify.Damage);
    }

    [Fact]
    public async Task Of_very_many_damages_the_first_are_listed_and_the_others_counted()
    {
        const int files = Cairn.Repository.VerifyReport.MaxListed + 200;
        await using var agent = await TestAgent.StartAsync();
        for (var i = 0; i < files; i++)
        {
            agent.Files.Write($"db/data/a/{i:d5}.tssp", $"content of {i}");
        }

        var point = await agent.BackUpAsync();
        await agent.StopAsync();
        CutOffTheContents(agent);
        await agent.StartAgainAsync();

        var found = await agent.DoneAsync(agent.Client.VerifyAsync(
            new VerifyRequest { Header = agent.Header(TestAgent.NewJob()), PointId = point.ToString(), Level = VerifyLevel.Hash }));

        Assert.Equal(Cairn.Repository.VerifyReport.MaxListed, found.Verify.Damage.Count);
        Assert.InRange(found.Verify.DamageLeftOut, 1, files - Cairn.Repository.VerifyReport.MaxListed + 10);
    }

    [Fact]
    public async Task The_share_that_a_point_may_lose_decides_whether_it_is_called_small()
    {
        await using var agent = await TestAgent.StartAsync();
        var whole = await agent.BackUpAsync();
        File.Delete(agent.Files.At("db", "data", "a", "one.tssp"));

        // Two points of one second have no order.
        var less = await agent.BackUpAsync(later: TimeSpan.FromMinutes(1));
        var request = new VerifyRequest { PointId = less.ToString(), Level = VerifyLevel.Presence };

        var standard = await agent.DoneAsync(agent.Client.VerifyAsync(new VerifyRequest(request) { Header = agent.Header(TestAgent.NewJob()) }));
        var strict = await agent.DoneAsync(agent.Client.VerifyAsync(new VerifyRequest(request) { Header = agent.Header(TestAgent.NewJob()), MaxShrinkage = 0.3 }));

        Assert.Null(standard.Verify.Shrunk);
        Assert.Equal(whole.ToString(), strict.Verify.Shrunk.Predecessor);
    }

    private static async Task<List<string>> PathsAsync(TestAgent agent, string point)
    {
        var paths = new List<string>();
        using var entries = agent.Client.ListEntries(new ListEntriesRequest { PointId = point });
        while (await entries.ResponseStream.MoveNext(CancellationToken.None))
        {
            paths.Add(entries.ResponseStream.Current.Path);
        }

        return paths;
    }

    private static string Hash(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    // The first pack has what the files hold; the second one says which files there are.
    private static void CutOffTheContents(TestAgent agent)
    {
        var pack = Directory.EnumerateFiles(agent.Files.At("repository"), "*.pack", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        using var file = new FileStream(pack, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(file.Length / 20);
    }

    private static void FlipAByteOfAPack(TestAgent agent)
    {
        var pack = Directory.EnumerateFiles(agent.Files.At("repository"), "*", SearchOption.AllDirectories)
            .First(path => path.EndsWith(".pack", StringComparison.Ordinal));
        using var file = new FileStream(pack, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position = file.Length / 2;
        file.WriteByte((byte)(value ^ 0xff));
    }
}
