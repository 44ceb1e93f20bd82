using System.Globalization;

namespace Cairn.Shared.Configuration;

/// <summary>Sizes as people write and read them: a whole number with an optional binary unit, e.g. <c>512MiB</c>.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Reads a size of 0 to 2^63-1 bytes; false when it is not one.</summary>
    public static bool TryParse(string? text, out long bytes)
    {
        bytes = 0;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        var trimmed = text.Trim();
        var digits = trimmed.TakeWhile(char.IsAsciiDigit).Count();
        var unit = trimmed[digits..].Trim();
        var power = unit.Length == 0 ? 0 : Array.FindIndex(Units, u => u.Equals(unit, StringComparison.OrdinalIgnoreCase));
        if (power < 0
            || !long.TryParse(trimmed.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > long.MaxValue >> (10 * power))
        {
            return false;
        }

        bytes = number << (10 * power);
        return true;
    }

    /// <summary>Writes a size with one decimal in the largest unit that keeps it at 1 or more, e.g. <c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        var value = (double)bytes;
        var power = 0;
        while (Math.Abs(value) >= 1024 && power < Units.Length - 1)
        {
            value /= 1024;
            power++;
        }

        return power == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
            : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[power]}");
    }
}
