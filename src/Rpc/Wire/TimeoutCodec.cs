using System.Globalization;

namespace Grpc.Wire;

/// <summary>The value of <c>grpc-timeout</c>: one to eight digits and a unit.</summary>
internal static class TimeoutCodec
{
    private const long MaxDigits = 99_999_999;
    private const long NanosecondsPerTick = 100;

    /// <summary>The longest timeout that is sent or taken; longer ones are cut to it.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(MaxDigits);

    /// <summary>
    /// The smallest unit that fits in eight digits, rounded up; a timeout that is over is one nanosecond.
    /// </summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
        {
            return "1n";
        }

        var ticks = Math.Min(timeout.Ticks, Max.Ticks);
        if (ticks <= MaxDigits / NanosecondsPerTick)
        {
            return Text(ticks * NanosecondsPerTick, 'n');
        }

        if (TryFit(ticks, TimeSpan.TicksPerMicrosecond, out var count))
        {
            return Text(count, 'u');
        }

        return TryFit(ticks, TimeSpan.TicksPerMillisecond, out count)
            ? Text(count, 'm')
            : Text(RoundUp(ticks, TimeSpan.TicksPerSecond), 'S');
    }

    /// <summary>Reads a value strictly: no sign, no blank, one to eight digits, a known unit.</summary>
    public static bool TryParse(string? value, out TimeSpan timeout)
    {
        timeout = default;
        if (value is null || value.Length is < 2 or > 9)
        {
            return false;
        }

        long count = 0;
        foreach (var digit in value.AsSpan(0, value.Length - 1))
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            count = (count * 10) + (digit - '0');
        }

        var ticks = value[^1] switch
        {
            'H' => count * TimeSpan.TicksPerHour,
            'M' => count * TimeSpan.TicksPerMinute,
            'S' => count * TimeSpan.TicksPerSecond,
            'm' => count * TimeSpan.TicksPerMillisecond,
            'u' => count * TimeSpan.TicksPerMicrosecond,
            'n' => RoundUp(count, NanosecondsPerTick),
            _ => -1,
        };
        timeout = new TimeSpan(Math.Min(ticks, Max.Ticks));
        return ticks >= 0;
    }

    private static bool TryFit(long ticks, long ticksPerUnit, out long count)
    {
        count = RoundUp(ticks, ticksPerUnit);
        return count <= MaxDigits;
    }

    private static long RoundUp(long value, long unit) => (value / unit) + (value % unit == 0 ? 0 : 1);

    private static string Text(long count, char unit) => count.ToString(CultureInfo.InvariantCulture) + unit;
}
