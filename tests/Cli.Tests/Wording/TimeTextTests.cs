using Cairn.Cli.Tests.Scripted;
using Cairn.Cli.Wording;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Cli.Tests.Wording;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(850, "850 ms")]
    [InlineData(999.6, "1.0 s")]
    [InlineData(2_449, "2.4 s")]
    [InlineData(59_960, "1 min 00 s")]
    [InlineData(185_000, "3 min 05 s")]
    [InlineData(7_620_000, "2 h 07 min")]
    [InlineData(273_600_000, "3 d 04 h")]
    [InlineData(-850, "-850 ms")]
    public void A_span_is_told_in_the_unit_that_people_would_use(double milliseconds, string expected)
    {
        Assert.Equal(expected, TimeText.Span(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public void A_moment_is_utc_in_iso_form()
    {
        Assert.Equal("2026-11-01T12:00:00Z", TimeText.Moment(Samples.Noon()));
        Assert.Equal("2026-11-01T12:00:00.250Z", TimeText.Precise(Samples.Noon(0.25)));
        Assert.Equal("-", TimeText.Moment(null));
    }

    [Fact]
    public void A_time_outside_the_calendar_is_shown_and_does_not_throw()
    {
        Assert.Equal("9999-12-31T23:59:59Z", TimeText.Moment(new Timestamp { Seconds = long.MaxValue, Nanos = -5 }));
        Assert.Equal("0001-01-01T00:00:00Z", TimeText.Moment(new Timestamp { Seconds = long.MinValue }));
    }
}
