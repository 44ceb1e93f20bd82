using System.Diagnostics.CodeAnalysis;

namespace Cairn.Repository;

/// <summary>
/// Names one backup point, the same on every node. The text, such as <c>20261101T120000Z-3fa9c1</c>, sorts by time and
/// is safe as a file name.
/// </summary>
public readonly record struct PointId : IComparable<PointId>
{
    private readonly string? text;

    private PointId(string text) => this.text = text;

    /// <summary>The text form. Throws <see cref="InvalidOperationException"/> for the default value, which names nothing.</summary>
    public string Text => text ?? throw new InvalidOperationException("this point id was never set");

    /// <summary>The UTC second that the identifier was made in.</summary>
    public DateTimeOffset Time => TimeStampedName.Time(Text);

    /// <summary>Makes an identifier of its own for a point begun at <paramref name="time"/>.</summary>
    public static PointId New(DateTimeOffset time) => new(TimeStampedName.Make(time));

    /// <summary>
    /// Makes an identifier that sorts after <paramref name="newest"/>: identifiers of one second sort by chance, and a clock may
    /// have been set back since, but the newest point is the one that was made last.
    /// </summary>
    public static PointId NewAfter(PointId? newest, DateTimeOffset time) =>
        newest is { } last && last.Time >= new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset)
            ? New(last.Time.AddSeconds(1))
            : New(time);

    /// <summary>Reads the text form; throws <see cref="FormatException"/> for anything else.</summary>
    public static PointId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a point id such as 20261101T120000Z-3fa9c1");

    /// <summary>Reads the text form; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PointId id)
    {
        var valid = text is not null && TimeStampedName.IsValid(text);
        id = valid ? new PointId(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public int CompareTo(PointId other) => string.CompareOrdinal(text, other.text);

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(PointId left, PointId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(PointId left, PointId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> does not sort after <paramref name="right"/>.</summary>
    public static bool operator <=(PointId left, PointId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> does not sort before <paramref name="right"/>.</summary>
    public static bool operator >=(PointId left, PointId right) => left.CompareTo(right) >= 0;
}
