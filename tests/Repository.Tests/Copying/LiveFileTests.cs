namespace Cairn.Repository.Tests.Copying;

public sealed class LiveFileTests : RepositoryTest
{
    [Fact]
    public async Task Of_a_file_that_its_database_shortens_meanwhile_zeros_stand_for_the_rest()
    {
        Source.WithFile("file", 1000, seed: 1);
        var spec = NewFull();

        await BackUpAsync(spec, Source.Entries(e => Live(e, size: 1500)));

        byte[] expected = [.. Bytes.Random(1000, seed: 1), .. new byte[500]];
        Assert.Equal(expected, await File.ReadAllBytesAsync(Path.Combine(await RestoreAsync(spec.Point), "file"), Cancel));
    }

    [Fact]
    public async Task A_live_file_that_is_gone_or_grew_is_no_trouble()
    {
        Source.WithFile("gone", 1000, seed: 1).WithFile("grown", 1000, seed: 2);

        var copied = await BackUpAsync(NewFull(), Source.Entries(e => Live(e, size: 400) with
        {
            PhysicalPath = e.Path.EndsWith("gone", StringComparison.Ordinal) ? e.PhysicalPath + ".not" : e.PhysicalPath,
        }));

        Assert.Equal((1, 0, 0), (copied.Files, copied.VanishedFiles, copied.GrownFiles));
    }

    [Fact]
    public async Task A_piece_that_its_check_doubts_is_read_again_before_it_is_stored()
    {
        Source.WithFile("file", 1000, seed: 1);
        var path = Path.Combine(Root, "source", "file");
        var spec = NewFull();
        var check = new Doubt(() =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
            file.Write(Bytes.Random(1000, seed: 2));
        });

        await BackUpAsync(spec, Source.Entries(e => Live(e, size: 1000) with { Check = e.Kind == EntryKind.File ? check : null }));

        Assert.Equal([1, 2], check.Attempts);
        Assert.Equal(Bytes.Random(1000, seed: 2), await File.ReadAllBytesAsync(Path.Combine(await RestoreAsync(spec.Point), "file"), Cancel));
    }

    private static SourceEntry Live(SourceEntry entry, long size) => entry.Kind == EntryKind.File
        ? entry with { Attributes = entry.Attributes with { Size = size }, MayVanish = true, Live = true, Immutable = false, Identity = null }
        : entry;

    private sealed class Doubt(Action mend) : IPieceCheck
    {
        public List<int> Attempts { get; } = [];

        public TimeSpan? Look(ReadOnlySpan<byte> piece, long offset, int attempt)
        {
            Attempts.Add(attempt);
            if (attempt > 1)
            {
                return null;
            }

            mend();
            return TimeSpan.Zero;
        }
    }
}
