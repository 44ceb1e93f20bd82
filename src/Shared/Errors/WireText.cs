using System.Globalization;
using System.Text;

namespace Cairn.Shared.Errors;

/// <summary>Text that may hold a file's name of any bytes, made fit for messages between parts, which are UTF-8.</summary>
internal static class WireText
{
    private const char EscapeBase = '\uDC00';

    /// <summary>
    /// The text with every half character written out: <c>\xNN</c> for one that stands for a byte (U+DC80 to U+DCFF, see the repository's paths), else
    /// <c>\uNNNN</c>.
    /// </summary>
    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                safe.Append(text[i]).Append(text[++i]);
            }
            else if (text[i] is >= '\uDC80' and <= '\uDCFF')
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\x{text[i] - EscapeBase:X2}");
            }
            else if (char.IsSurrogate(text[i]))
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
            else
            {
                safe.Append(text[i]);
            }
        }

        return safe.ToString();
    }
}
