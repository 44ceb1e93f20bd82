using Cairn.Shared.Configuration;

namespace Cairn.Shared.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("1GiB", 1L << 30)]
    [InlineData("64 mib", 64L << 20)]
    public void A_whole_number_with_a_binary_unit_is_a_size(string text, long expected)
    {
        Assert.True(ByteSize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GiB")]
    [InlineData("-1")]
    [InlineData("1.5GiB")]
    [InlineData("1GB")]
    [InlineData("9007199254740992PiB")]
    public void Anything_else_is_none(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void A_size_is_written_in_its_largest_unit(long bytes, string expected) =>
        Assert.Equal(expected, ByteSize.Format(bytes));
}
