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
