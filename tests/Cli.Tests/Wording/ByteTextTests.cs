using Cairn.Cli.Wording;

namespace Cairn.Cli.Tests.Wording;

public sealed class ByteTextTests
{
    [Fact]
    public void A_ratio_is_what_was_stored_for_each_byte()
    {
        Assert.Equal("0.25", ByteText.Ratio(storedBytes: 1, bytes: 4));
        Assert.Equal("-", ByteText.Ratio(storedBytes: 1, bytes: 0));
    }

    [Fact]
    public void A_count_has_its_digits_in_groups()
    {
        Assert.Equal("10 000 000", ByteText.Count(10_000_000));
        Assert.Equal("999", ByteText.Count(999));
    }

    [Fact]
    public void A_rate_is_a_size_per_second()
    {
        Assert.Equal("1.5 MiB/s", ByteText.Rate(1.5 * (1 << 20)));
    }
}
