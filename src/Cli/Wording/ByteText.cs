using System.Globalization;
using Cairn.Shared.Configuration;

namespace Cairn.Cli.Wording;

/// <summary>Numbers of bytes and files for people: powers of 1024, independent of the locale.</summary>
internal static class ByteText
{
    /// <summary>E.g. <c>0 B</c>, <c>1023 B</c>, <c>1.0 KiB</c>, <c>3.4 GiB</c>.</summary>
    public static string Size(long bytes) => ByteSize.Format(bytes);

    /// <summary>E.g. <c>12.3 MiB/s</c>.</summary>
    public static string Rate(double bytesPerSecond) => Size((long)bytesPerSecond) + "/s";

    /// <summary>What the repository grew by for each byte of data, e.g. <c>0.34</c>; <c>-</c> when there are no data.</summary>
    public static string Ratio(long storedBytes, long bytes) =>
        bytes <= 0 ? "-" : ((double)storedBytes / bytes).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A count with blanks between groups of three digits, e.g. <c>10 000</c>.</summary>
    public static string Count(long count) =>
        count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');
}
