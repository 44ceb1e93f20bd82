using System.Security.Cryptography;

namespace Cairn.Repository;

/// <summary>Names one repository for its whole life: 32 lower-case hex digits, made at its creation.</summary>
public readonly record struct RepositoryId
{
    private readonly string? text;

    private RepositoryId(string text) => this.text = text;

    /// <summary>The text form. Throws <see cref="InvalidOperationException"/> for the default value, which names nothing.</summary>
    public string Text => text ?? throw new InvalidOperationException("this repository id was never set");

    /// <summary>Makes a random identifier.</summary>
    public static RepositoryId New() => new(RandomNumberGenerator.GetHexString(32, lowercase: true));

    /// <summary>Reads the text form; false for anything else.</summary>
    public static bool TryParse(string? text, out RepositoryId id)
    {
        var valid = text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);
        id = valid ? new RepositoryId(text!) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => text ?? string.Empty;
}
