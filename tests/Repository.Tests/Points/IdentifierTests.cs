namespace Cairn.Repository.Tests.Points;

public sealed class IdentifierTests
{
    [Fact]
    public void Identifiers_sort_by_time_and_survive_their_text()
    {
        var time = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var (early, late) = (PointId.New(time), PointId.New(time.AddSeconds(1)));

        Assert.True(early < late);
        Assert.StartsWith("20261101T100000Z-", early.Text, StringComparison.Ordinal);
        Assert.Equal(early, PointId.Parse(early.Text));
        Assert.Equal(time, early.Time);
        Assert.True(ChainId.TryParse("c-" + early.Text, out var chain));
        Assert.Equal(time, chain.Time);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    [InlineData(-3600)]
    [InlineData(1)]
    public void The_newest_point_sorts_last_within_a_second_and_after_the_clock_was_set_back(double secondsLater)
    {
        var time = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var first = PointId.NewAfter(newest: null, time);

        var next = PointId.NewAfter(first, time.AddSeconds(secondsLater));

        Assert.True(first < next);
        Assert.Equal(time.AddSeconds(1), next.Time);
    }

    [Fact]
    public void A_point_that_is_later_anyway_keeps_its_own_time()
    {
        var time = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.FromHours(2));

        Assert.Equal(time.AddHours(1), PointId.NewAfter(PointId.New(time), time.AddHours(1)).Time);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20261101T120000Z-3fa9c")]
    [InlineData("20261101T120000Z-3FA9C1")]
    [InlineData("20261301T120000Z-3fa9c1")]
    [InlineData("../../etc/passwd-3fa9c1")]
    [InlineData("c-20261101T120000Z-3fa9c1")]
    public void Anything_else_is_no_point_id(string? text)
    {
        Assert.False(PointId.TryParse(text, out _));
    }
}
