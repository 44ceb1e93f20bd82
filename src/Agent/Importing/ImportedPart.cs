using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Importing;

/// <summary>
/// What one node has prepared of imported points, as the file that the operator brings to the other nodes: with the parts of all nodes each of them
/// writes the same commit records. Documented in docs/agent-journal.md.
/// </summary>
internal sealed record ImportedPart(int Schema, string Cluster, string Engine, string Node, IReadOnlyList<ImportedPoint> Points)
{
    /// <summary>The schema that this build writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    private const long MaxBytes = 64L << 20;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
    };

    /// <summary>The bytes of the file.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Format);

    /// <summary>Reads a file, which is input like any other.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.InvalidRequest"/>.</exception>
    public static ImportedPart Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length <= MaxBytes
                && JsonSerializer.Deserialize<ImportedPart>(File.ReadAllBytes(path), Format) is { Schema: CurrentSchema, Points.Count: > 0 } part)
            {
                return part;
            }
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, failure.Message, failure);
        }

        throw Unusable(path, "it is not what an import writes", cause: null);
    }

    private static CairnException Unusable(string path, string why, Exception? cause) => new(
        ErrorCode.InvalidRequest,
        $"'{path}' cannot be used as a part of an import: {why}",
        "name the files that 'cairn-agent import --part' wrote, with the same version of Cairn on all nodes",
        subject: path,
        cause: cause);
}
