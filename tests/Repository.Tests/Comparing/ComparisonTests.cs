namespace Cairn.Repository.Tests.Comparing;

public sealed class ComparisonTests : RepositoryTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_path_that_differs_is_told_with_how_it_differs(bool inSameChain)
    {
        Source.WithFile("same", 300_000, seed: 1).WithFile("gone", 10, seed: 2).WithFile("grows", 100, seed: 3).WithFile("shrinks", 100, seed: 4)
            .WithFile("changes", 3_000_000, seed: 5).WithFile("mode", 5, seed: 6).WithLink("link", "same").WithLink("turned", "same");
        var first = NewFull();
        await BackUpAsync(first, Source.Entries());
        File.Delete(Source.PathOf("gone"));
        File.Delete(Source.PathOf("turned"));
        Source.WithFile("came", 7, seed: 7).WithFile("grows", 101, seed: 3).WithFile("shrinks", 99, seed: 4).WithFile("changes", 3_000_000, seed: 50)
            .WithMode("mode", 0x1C0).WithLink("turned", "grows");
        var second = inSameChain ? NewIn(first.Chain, first.Point) : NewFull();
        await BackUpAsync(second, Source.Entries());

        var found = await CompareAsync(first, second);

        Assert.Equal(
            [
                "Attributes data", "Appeared data/came", "Changed data/changes", "Vanished data/gone", "Grew data/grows", "Attributes data/mode",
                "Shrank data/shrinks", "Changed data/turned",
            ],
            found.OrderBy(d => d.Path, StringComparer.Ordinal).Select(d => $"{d.Kind} {d.Path}"));
        Assert.Equal((100L, 101L), Sizes(found.Single(d => d.Kind == DifferenceKind.Grew)));
    }

    [Fact]
    public async Task The_same_content_cut_in_other_places_is_the_same()
    {
        Source.WithFile("a", 5_000_000, seed: 1);
        var first = NewFull();
        await BackUpAsync(first, Source.ImmutableEntries());
        var second = NewIn(first.Chain, first.Point) with { VerifyUnchanged = true };
        await BackUpAsync(second, Source.Entries());

        Assert.Empty(await CompareAsync(first, second));
    }

    private static (long? Before, long? Now) Sizes(PointDifference difference) => (difference.SizeBefore, difference.Size);

    private async Task<List<PointDifference>> CompareAsync(BeginPoint first, BeginPoint second)
    {
        var found = new List<PointDifference>();
        await foreach (var difference in Repository.CompareAsync(first.Point, second.Point, Cancel))
        {
            found.Add(difference);
        }

        return found;
    }
}
