namespace Cairn.Repository.Tests.Scratch;

public sealed class DiskTableTests : IDisposable
{
    private const int Many = (DiskTable<PathKey>.MaxInMemory * 5) + 77;

    private readonly string directory = Directory.CreateTempSubdirectory("cairn-disk-table-test-").FullName;

    [Fact]
    public void What_does_not_fit_into_memory_is_found_and_what_was_not_added_is_not()
    {
        using var table = new DiskTable<SegmentIndexRecord>(directory);
        for (var i = 0; i < Many; i++)
        {
            table.TryAdd(Record(i));
        }

        Assert.True(table.IsOnDisk);
        for (var i = 0; i < Many; i++)
        {
            Assert.True(table.TryFind(new SegmentIndexRecord(Name(i), default), out var found), $"record {i}");
            Assert.Equal(Record(i).Place, found.Place);
            Assert.False(table.TryFind(Record(i + Many), out _), $"record {i + Many}");
        }
    }

    [Fact]
    public void Everything_comes_back_in_order()
    {
        using var table = new DiskTable<SegmentIndexRecord>(directory);
        for (var i = 0; i < Many; i++)
        {
            table.TryAdd(Record(i));
        }

        var offsets = new HashSet<long>();
        SegmentIndexRecord? last = null;
        foreach (var record in table.ReadSorted())
        {
            Assert.True(last is null || last.Value.CompareTo(record) < 0);
            last = record;
            offsets.Add(record.Place.Offset);
        }

        Assert.Equal(Many, offsets.Count);
    }

    [Fact]
    public void Keys_that_share_a_prefix_over_several_blocks_are_all_found()
    {
        using var table = new DiskTable<PathKey>(directory);
        for (ulong i = 0; i < Many; i++)
        {
            table.TryAdd(new PathKey(i / 1000, i));
        }

        for (ulong i = 0; i < Many; i++)
        {
            Assert.True(table.TryFind(new PathKey(i / 1000, i), out _), $"key {i}");
        }
    }

    [Fact]
    public void A_path_that_comes_again_after_very_many_others_is_noticed_in_the_end()
    {
        using var once = new DuplicateCheck(directory);
        using var twice = new DuplicateCheck(directory);
        for (var i = 0; i < Many; i++)
        {
            Assert.True(once.Pass($"data/{i}") && twice.Pass($"data/{i}"));
        }

        twice.Pass("data/3");

        Assert.True(once.AllPassedOnce());
        Assert.False(twice.AllPassedOnce());
    }

    [Fact]
    public void Nothing_is_left_in_the_directory()
    {
        using var table = new DiskTable<SegmentIndexRecord>(directory);
        for (var i = 0; i < Many; i++)
        {
            table.TryAdd(Record(i));
        }

        Assert.Empty(Directory.GetFiles(directory));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static SegmentIndexRecord Record(int number) => new(Name(number), new SegmentPlace(7, number, 1, 2));

    private static Sha256Digest Name(int number) => ChainSealing.Plain.Name(BitConverter.GetBytes(number));
}
