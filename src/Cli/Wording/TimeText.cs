using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Cairn.Cli.Wording;

/// <summary>Times and spans for people. Times are UTC in ISO form wherever the command line runs.</summary>
internal static class TimeText
{
    /// <summary>E.g. <c>2026-11-01T12:00:00Z</c>; <c>-</c> for a time that is not set.</summary>
    public static string Moment(Timestamp? time) => time is null ? "-" : Moment(ToUtc(time));

    /// <summary>E.g. <c>2026-11-01T12:00:00Z</c>.</summary>
    public static string Moment(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>With milliseconds, for captures: <c>2026-11-01T12:00:00.250Z</c>.</summary>
    public static string Precise(Timestamp? time) => time is null
        ? "-"
        : ToUtc(time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>E.g. <c>0 ms</c>, <c>850 ms</c>, <c>2.4 s</c>, <c>3 min 05 s</c>, <c>2 h 07 min</c>, <c>3 d 04 h</c>.</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
        {
            return "-" + Span(span.Negate());
        }

        // Thresholds stand half a displayed step below the unit, so that nothing rounds to "60.0 s".
        if (span.TotalMilliseconds < 999.5)
        {
            return Invariant($"{span.TotalMilliseconds:0} ms");
        }

        if (span.TotalSeconds < 59.95)
        {
            return Invariant($"{span.TotalSeconds:0.0} s");
        }

        var seconds = (long)Math.Round(span.TotalSeconds, MidpointRounding.AwayFromZero);
        return seconds switch
        {
            < 3_600 => Invariant($"{seconds / 60} min {seconds % 60:00} s"),
            < 86_400 => Invariant($"{seconds / 3_600} h {seconds / 60 % 60:00} min"),
            _ => Invariant($"{seconds / 86_400} d {seconds / 3_600 % 24:00} h"),
        };
    }

    /// <summary>The span from one time to another; <c>-</c> when either is not set.</summary>
    public static string Between(Timestamp? from, Timestamp? to) =>
        from is null || to is null ? "-" : Span(ToUtc(to) - ToUtc(from));

    /// <summary>A timestamp as .NET has it. One outside the range of dates is shown as the nearest that exists.</summary>
    public static DateTimeOffset ToUtc(Timestamp time)
    {
        var seconds = Math.Clamp(
            time.Seconds,
            DateTimeOffset.MinValue.ToUnixTimeSeconds(),
            DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(Math.Clamp(time.Nanos, 0, 999_999_999) / 100);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
