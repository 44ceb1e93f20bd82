using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// What a restore must know of a captured instance; JSON in the point. Checked before it is believed: it may come from a repository that
/// somebody else has written.
/// </summary>
/// <param name="Schema">1; another is refused.</param>
/// <param name="Roots">The roots' names and the directories that they were.</param>
internal sealed record RestoreRecord(int Schema, IReadOnlyDictionary<string, string> Roots)
{
    private const int KnownSchema = 1;
    private const int MaxChars = 1 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        MaxDepth = 4,
    };

    /// <summary>The record of an instance.</summary>
    public static RestoreRecord Of(FilesConfiguration configuration) =>
        new(KnownSchema, configuration.Roots.ToDictionary(root => root.Name, root => root.Path, StringComparer.Ordinal));

    /// <summary>As the point keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>Reads and checks one.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static RestoreRecord Parse(string json)
    {
        if (json.Length > MaxChars)
        {
            throw new InvalidDataException($"it has {json.Length} characters");
        }

        try
        {
            return JsonSerializer.Deserialize<RestoreRecord>(json, Options) switch
            {
                { Schema: KnownSchema } record => record,
                { Schema: var other } => throw new InvalidDataException($"its schema is {other}, {KnownSchema} is known"),
                null => throw new InvalidDataException("it is empty"),
            };
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }
}
