using System.Diagnostics.CodeAnalysis;

namespace Cairn.Repository;

/// <summary>
/// Names one chain: a full backup and the incrementals that build on it. The text, such as <c>c-20261101T120000Z-3fa9c1</c>, sorts by time and
/// is safe as a file name.
/// </summary>
public readonly record struct ChainId : IComparable<ChainId>
{
    private const string Prefix = "c-";

    private readonly string? text;

    private ChainId(string text) => this.text = text;

    /// <summary>The text form. Throws <see cref="InvalidOperationException"/> for the default value, which names nothing.</summary>
    public string Text => text ?? throw new InvalidOperationException("this chain id was never set");

    /// <summary>The UTC second that the identifier was made in.</summary>
    public DateTimeOffset Time => TimeStampedName.Time(Text.AsSpan(Prefix.Length));

    /// <summary>Makes an identifier of its own for a chain begun at <paramref name="time"/>.</summary>
    public static ChainId New(DateTimeOffset time) => new(Prefix + TimeStampedName.Make(time));

    /// <summary>Reads the text form; throws <see cref="FormatException"/> for anything else.</summary>
    public static ChainId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a chain id such as c-20261101T120000Z-3fa9c1");

    /// <summary>Reads the text form; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ChainId id)
    {
        var valid = text is not null && text.StartsWith(Prefix, StringComparison.Ordinal) &&
            TimeStampedName.IsValid(text.AsSpan(Prefix.Length));
        id = valid ? new ChainId(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(ChainId other) => string.CompareOrdinal(text, other.text);

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(ChainId left, ChainId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(ChainId left, ChainId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not sort after <paramref name="right"/>.</summary>
    public static bool operator <=(ChainId left, ChainId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not sort before <paramref name="right"/>.</summary>
    public static bool operator >=(ChainId left, ChainId right) => left.CompareTo(right) >= 0;
}
