namespace Cairn.Repository.Tests.Scratch;

public sealed class RecordUsesTests : IDisposable
{
    private const int Many = (DiskTable<RecordUse>.MaxInMemory * 3) + 5;

    private readonly string directory = Directory.CreateTempSubdirectory("cairn-record-uses-test-").FullName;

    [Fact]
    public void Each_record_counts_once_however_many_there_are_and_in_whatever_order_they_are_named()
    {
        using var uses = new RecordUses(directory);
        var random = new Random(1);
        var order = Enumerable.Range(0, Many).ToArray();
        random.Shuffle(order.AsSpan(Many / 2));

        var first = order.Count(i => uses.Add(Place(i)));
        random.Shuffle(order);
        var again = order.Count(i => uses.Add(Place(i)));

        Assert.Equal(Many, first);
        Assert.Equal(0, again);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    // Records of several packs, the smallest that there are.
    private static SegmentPlace Place(int number) =>
        new((uint)(number / 10_000) + 1, 117 + (number % 10_000 * (SegmentRecord.HeaderSize + 1)), StoredLength: 1, PlainLength: 1);
}
