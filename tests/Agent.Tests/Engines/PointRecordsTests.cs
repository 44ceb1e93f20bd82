using Cairn.Agent.Engines;

namespace Cairn.Agent.Tests.Engines;

public sealed class PointRecordsTests
{
    [Fact]
    public void A_record_that_was_written_is_read_again()
    {
        var record = new Sample { Name = "n", Items = ["a"] };

        var read = PointRecords.Parse<Sample>(PointRecords.Write(record), knownSchema: 3);

        Assert.Equal(("n", "a"), (read.Name, Assert.Single(read.Items)));
    }

    [Theory]
    [InlineData("null", "it is empty")]
    [InlineData("""{"schema":4,"name":"n","items":[]}""", "its schema is 4, 3 is known")]
    [InlineData("""{"schema":3,"name":null,"items":[]}""", "name")]
    [InlineData("""{"schema":3,"name":"n"}""", "items")]
    [InlineData("""{"schema":3,"name":"n","items":[null]}""", "an item is null")]
    [InlineData("""{"schema":3,"name":"n","items":[],"colour":"red"}""", "colour")]
    [InlineData("{", "")]
    public void Anything_else_is_refused_with_what_is_wrong(string json, string finding)
    {
        var refused = Assert.Throws<InvalidDataException>(() => PointRecords.Parse<Sample>(json, knownSchema: 3));

        Assert.Contains(finding, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_too_long_is_not_even_read()
    {
        var refused = Assert.Throws<InvalidDataException>(() => PointRecords.Parse<Sample>(new string(' ', PointRecords.MaxChars + 1), knownSchema: 3));

        Assert.Contains("characters", refused.Message, StringComparison.Ordinal);
    }

    internal sealed record Sample : IPointRecord
    {
        public int Schema { get; init; } = 3;

        public required string Name { get; init; }

        public required IReadOnlyList<string> Items { get; init; }

        public string? FindProblem() => Items.Any(item => item is null) ? "an item is null" : null;
    }
}
