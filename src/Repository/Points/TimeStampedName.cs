using System.Globalization;
using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>The text shared by point and chain identifiers: a UTC second and six random hex digits.</summary>
internal static class TimeStampedName
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    public const int Length = 23;

    public static string Make(DateTimeOffset time) =>
        time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture) + "-" + RandomNumberGenerator.GetHexString(6, lowercase: true);

    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || text[16] != '-')
        {
            return false;
        }

        foreach (var c in text[17..])
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        return TryParseTime(text, out _);
    }

    public static DateTimeOffset Time(ReadOnlySpan<char> text) =>
        TryParseTime(text, out var time) ? time : throw new FormatException("not a time-stamped name");

    private static bool TryParseTime(ReadOnlySpan<char> text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(
            text[..16],
            TimeFormat,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out time);
}
