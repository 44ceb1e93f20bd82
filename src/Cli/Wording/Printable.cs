using System.Globalization;
using System.Text;

namespace Cairn.Cli.Wording;

/// <summary>
/// Makes text that came from elsewhere safe to print: a file's name or a label may hold escape sequences that would
/// move the cursor or retitle the terminal.
/// </summary>
internal static class Printable
{
    /// <summary>
    /// The text with every control character, line break and text-direction mark written as
    /// <c>\u001B</c>; a backslash stays as it is.
    /// </summary>
    public static string Line(string text)
    {
        if (text.EnumerateRunes().All(IsHarmless))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsHarmless(rune))
            {
                safe.Append(rune.ToString());
            }
            else
            {
                safe.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            }
        }

        return safe.ToString();
    }

    /// <summary>The text, or <c>-</c> when there is none.</summary>
    public static string OrDash(string text) => text.Length == 0 ? "-" : Line(text);

    /// <summary>The texts joined by a comma and a blank, or <c>-</c> when there are none.</summary>
    public static string List(IEnumerable<string> texts) => OrDash(string.Join(", ", texts));

    // Unpaired surrogates are enumerated as U+FFFD, which prints as what it is.
    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);
}
