using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Agent.Engines;

/// <summary>
/// What engines keep of an instance in a point: JSON of one record type, with its schema's number. It is checked before it is believed,
/// because it may come from a repository that somebody else has written.
/// </summary>
internal static class PointRecords
{
    /// <summary>No record is longer.</summary>
    public const int MaxChars = 1 << 20;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
    };

    /// <summary>The JSON of a record.</summary>
    public static string Write<T>(T record)
        where T : class, IPointRecord => JsonSerializer.Serialize(record, Options);

    /// <summary>Reads and checks a record of the schema <paramref name="knownSchema"/>.</summary>
    /// <exception cref="InvalidDataException">It is not one.</exception>
    public static T Parse<T>(string json, int knownSchema)
        where T : class, IPointRecord
    {
        if (json.Length > MaxChars)
        {
            throw new InvalidDataException($"it has {json.Length} characters");
        }

        try
        {
            var record = JsonSerializer.Deserialize<T>(json, Options) ?? throw new InvalidDataException("it is empty");
            var problem = record.Schema == knownSchema ? record.FindProblem() : $"its schema is {record.Schema}, {knownSchema} is known";
            return problem is null ? record : throw new InvalidDataException(problem);
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }
}
