using FsCheck;
using Grpc.Wire;

namespace Rpc.Tests.Wire;

public sealed class TimeoutCodecTests
{
    [Theory]
    [InlineData(0, "1n")]
    [InlineData(-5, "1n")]
    [InlineData(1, "100n")]
    [InlineData(999_999, "99999900n")]
    [InlineData(1_000_000, "100000u")]
    [InlineData(15_000_000, "1500000u")]
    [InlineData(TimeSpan.TicksPerSecond * 100, "100000m")]
    [InlineData(TimeSpan.TicksPerSecond * 99_999 + 1, "99999001m")]
    [InlineData(TimeSpan.TicksPerDay * 2, "172800S")]
    [InlineData(TimeSpan.TicksPerDay * 2 + 1, "172801S")]
    [InlineData(long.MaxValue, "99999999S")]
    public void A_timeout_is_written_in_the_smallest_unit_that_fits_rounded_up(long ticks, string expected)
    {
        Assert.Equal(expected, TimeoutCodec.Format(new TimeSpan(ticks)));
    }

    [Theory]
    [InlineData("1H", 3_600_000)]
    [InlineData("2M", 120_000)]
    [InlineData("3S", 3_000)]
    [InlineData("1423m", 1_423)]
    [InlineData("5000u", 5)]
    [InlineData("7000000n", 7)]
    [InlineData("0S", 0)]
    public void A_timeout_is_read_in_every_unit(string value, int milliseconds)
    {
        Assert.True(TimeoutCodec.TryParse(value, out var timeout));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), timeout);
    }

    [Fact]
    public void A_single_nanosecond_has_not_expired_yet()
    {
        Assert.True(TimeoutCodec.TryParse("1n", out var timeout));
        Assert.Equal(TimeSpan.FromTicks(1), timeout);
    }

    [Fact]
    public void A_timeout_of_centuries_is_cut_to_the_longest_one()
    {
        Assert.True(TimeoutCodec.TryParse("99999999H", out var timeout));
        Assert.Equal(TimeSpan.FromSeconds(99_999_999), timeout);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1S ")]
    [InlineData("1.5S")]
    [InlineData("1s")]
    [InlineData("123456789S")]
    [InlineData("1S,2S")]
    [InlineData("٣S")]
    public void What_is_not_a_timeout_is_refused(string? value)
    {
        Assert.False(TimeoutCodec.TryParse(value, out _));
    }

    [Fact]
    public void A_timeout_read_back_is_never_shorter_and_hardly_longer()
    {
        Prop.ForAll(Arb.From(Arb.Default.Int64().Generator.Select(Positive)), timeout =>
        {
            var isRead = TimeoutCodec.TryParse(TimeoutCodec.Format(timeout), out var back);

            return isRead && back >= timeout && (back - timeout).Ticks <= Math.Max(timeout.Ticks / 90_000, 1);
        }).QuickCheckThrowOnFailure();
    }

    // Small and large ones alike: the number decides the unit as well as the value.
    private static TimeSpan Positive(long number) =>
        new(Math.Abs((number * 7_919_777_333) % (TimeoutCodec.Max.Ticks >> (int)Math.Abs(number % 50))) + 1);
}
