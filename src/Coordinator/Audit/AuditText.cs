using System.Text;

namespace Cairn.Coordinator.Audit;

/// <summary>Texts of callers, cut to what a record may hold.</summary>
internal static class AuditText
{
    // Nine fields, each character at most six bytes as JSON escapes it, stay within a line.
    private const int MaxLength = 160;

    /// <summary>The text, or its beginning and an ellipsis.</summary>
    public static string Shorten(string text)
    {
        var shortened = text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength - 1), "…");

        // Half of a surrogate pair cannot be written; this puts a replacement character in its place.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(shortened));
    }
}
