using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Agent.Engines.Files;

/// <summary>
/// How one node's files were taken, for the consistency that the point records. Read back as input from the network: bounded, unknown
/// members refused.
/// </summary>
/// <param name="Cold">The database was stopped.</param>
/// <param name="Commands">A command before the capture prepared it.</param>
internal sealed record Evidence(bool Cold, bool Commands)
{
    private const int MaxBytes = 4096;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 2,
    };

    /// <summary>The bytes that travel.</summary>
    public ReadOnlyMemory<byte> ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Options);

    /// <summary>Reads what travelled.</summary>
    /// <exception cref="InvalidDataException">It is not evidence of this engine.</exception>
    public static Evidence Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return bytes.Length <= MaxBytes && JsonSerializer.Deserialize<Evidence>(bytes.Span, Options) is { } evidence
                ? evidence
                : throw new InvalidDataException($"{bytes.Length} bytes that are no evidence of this engine");
        }
        catch (JsonException wrong)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }
}
