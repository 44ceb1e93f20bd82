using Cairn.Shared.Errors;

namespace Cairn.Shared.Identifiers;

/// <summary>Identifies a job. Its text form is the 36-character UUID.</summary>
public readonly record struct JobId(Guid Value)
{
    /// <summary>A new one; ids made later sort after ids made earlier.</summary>
    public static JobId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    /// <summary>Reads the text form.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/> when it is not one.</exception>
    public static JobId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new CairnException(
            ErrorCode.InvalidRequest, "the job id is not a UUID", "give the id as 'cairn job list -o json' prints it");

    /// <summary>Reads the text form; false when it is not one.</summary>
    public static bool TryParse(string? text, out JobId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new JobId(value);
        return parsed;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("D");
}
