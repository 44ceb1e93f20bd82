using System.Globalization;
using System.Text;

namespace Cairn.Repository;

/// <summary>
/// Paths and names are bytes to the operating system, and strings to us. Each byte that is no part of valid UTF-8 stands in a string as one
/// lone surrogate, U+DC80 for 0x80 to U+DCFF for 0xFF, so that every name goes both ways without a loss. Such strings never leave the
/// process as they are: files hold the bytes, and people and other programs get <see cref="Show"/>.
/// </summary>
public static class UnixPath
{
    private const char EscapeBase = '\uDC00';

    /// <summary>The string that stands for these bytes.</summary>
    public static string FromBytes(ReadOnlySpan<byte> bytes) => RawText.Decode(bytes);

    /// <summary>
    /// For people and for the wire: bytes that are no UTF-8 and control characters as <c>\xNN</c> (a C1 control as <c>\u00NN</c>), a
    /// backslash as <c>\\</c>; all else as it is. <see cref="TryParseShown"/> takes it back.
    /// </summary>
    public static string Show(string path)
    {
        if (!path.AsSpan().ContainsAnyInRange('\0', '\x1F') && !path.AsSpan().ContainsAnyInRange('\x7F', '\x9F') &&
            path.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 && !path.Contains('\\', StringComparison.Ordinal))
        {
            return path;
        }

        var text = new StringBuilder(path.Length + 8);
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (char.IsHighSurrogate(c) && i + 1 < path.Length && char.IsLowSurrogate(path[i + 1]))
            {
                text.Append(c).Append(path[++i]);
            }
            else if (IsEscape(c))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{c - EscapeBase:X2}");
            }
            else if (c < ' ' || c == '\x7F')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
            }
            else if (c is (> '\x7F' and < '\xA0') || char.IsSurrogate(c))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            }
            else
            {
                text.Append(c == '\\' ? "\\\\" : c.ToString());
            }
        }

        return text.ToString();
    }

    /// <summary>What <see cref="Show"/> was given. False for a backslash that begins none of its escapes.</summary>
    public static bool TryParseShown(string shown, out string path)
    {
        var text = new StringBuilder(shown.Length);
        path = "";
        for (var i = 0; i < shown.Length; i++)
        {
            if (shown[i] != '\\')
            {
                text.Append(shown[i]);
            }
            else if (At(i + 1) == '\\')
            {
                text.Append('\\');
                i++;
            }
            else if (At(i + 1) is 'x' or 'u' && Hex(i + 2, At(i + 1) == 'x' ? 2 : 4) is { } value)
            {
                var isByte = At(i + 1) == 'x';
                text.Append((char)(isByte && value >= 0x80 ? EscapeBase + value : value));
                i += isByte ? 3 : 5;
            }
            else
            {
                return false;
            }
        }

        path = text.ToString();
        return true;

        char At(int at) => at < shown.Length ? shown[at] : '\0';

        int? Hex(int at, int digits) =>
            at + digits <= shown.Length &&
            int.TryParse(shown.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                ? value
                : null;
    }

    private static bool IsEscape(char c) => c is >= '\uDC80' and <= '\uDCFF';
}
