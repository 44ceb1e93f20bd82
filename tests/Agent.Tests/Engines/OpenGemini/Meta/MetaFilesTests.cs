using Cairn.Agent.Engines.OpenGemini.Meta;
using Cairn.TestKit;

namespace Cairn.Agent.Tests.Engines.OpenGemini.Meta;

public sealed class MetaFilesTests : IDisposable
{
    private readonly ScratchDirectory scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("single-golden", "single/meta/raft.db")]
    [InlineData("cluster-golden", "cluster/node1/meta/raft.db")]
    [InlineData("cluster-golden", "cluster/node2/meta/raft.db")]
    [InlineData("replica-golden", "replica/node3/meta/raft.db")]
    [InlineData("single-hot-copy-with-wal", "hot/meta/raft.db")]
    [InlineData("single-native-full", "backup/full/meta_backup/raft.db")]
    public void A_real_raft_db_is_whole(string archive, string path)
    {
        Fixtures.Unpack(archive, scratch.Path);

        var buckets = BoltFile.Check(scratch.At(path));

        Assert.Equal(["conf", "logs"], buckets.Order());
    }

    [Fact]
    public void A_raft_db_that_is_cut_short_is_not_whole()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        var path = scratch.At("single/meta/raft.db");
        using (var file = File.Open(path, FileMode.Open))
        {
            file.SetLength(16 << 10);
        }

        Assert.Throws<InvalidDataException>(() => BoltFile.Check(path));
    }

    [Fact]
    public void A_raft_db_whose_pages_belong_to_another_state_is_not_whole()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        var path = scratch.At("single/meta/raft.db");
        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            // All pages behind the two meta pages lose their numbers, as if they had not been written yet.
            for (var page = 2; page < 16; page++)
            {
                RandomAccess.Write(file, new byte[16], page * 4096L);
            }
        }

        Assert.Throws<InvalidDataException>(() => BoltFile.Check(path));
    }

    [Fact]
    public void One_damaged_meta_page_is_survived_and_two_are_not()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        var path = scratch.At("single/meta/raft.db");
        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[8], 4096 + 16 + 16);
        }

        Assert.NotEmpty(BoltFile.Check(path));

        using (var file = File.OpenHandle(path, access: FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, new byte[8], 16 + 16);
        }

        Assert.Throws<InvalidDataException>(() => BoltFile.Check(path));
    }

    [Fact]
    public void Any_file_is_either_whole_or_refused()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        var path = scratch.At("single/meta/raft.db");
        var whole = File.ReadAllBytes(path);
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var bytes = (byte[])whole.Clone();
            for (var hit = 0; hit < 8; hit++)
            {
                bytes[random.Next(8192, bytes.Length)] = (byte)random.Next(256);
            }

            using (var file = File.Create(path))
            {
                file.Write(bytes);
            }

            var thrown = Record.Exception(() => BoltFile.Check(path));

            Assert.True(thrown is null or InvalidDataException, thrown?.ToString());
        }
    }

    [Fact]
    public void Real_snapshots_match_their_checksums()
    {
        Fixtures.Unpack("cluster-golden", scratch.Path);

        var snapshots = Directory.EnumerateDirectories(scratch.At("cluster/node1/meta/snapshots")).Select(MetaSnapshot.Read).OrderBy(s => s.Index);

        Assert.Equal([new MetaSnapshot(167, 2, 2046), new MetaSnapshot(255, 2, 2487)], snapshots);
    }

    [Fact]
    public void A_snapshot_with_one_flipped_bit_is_refused()
    {
        Fixtures.Unpack("single-golden", scratch.Path);
        var directory = Directory.EnumerateDirectories(scratch.At("single/meta/snapshots")).First();
        var bytes = File.ReadAllBytes(directory + "/state.bin");
        bytes[100] ^= 1;
        using (var file = File.Create(directory + "/state.bin"))
        {
            file.Write(bytes);
        }

        Assert.Throws<InvalidDataException>(() => MetaSnapshot.Read(directory));
    }
}
