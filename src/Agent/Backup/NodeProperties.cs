using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Shared.Errors;

namespace Cairn.Agent.Backup;

/// <summary>
/// What a node's part of a point says beside its files, as JSON in the manifest: which instances it holds and what a
/// restore must know of each. Documented in docs/agent-journal.md.
/// </summary>
internal sealed record NodeProperties(
    int Schema,
    string Node,
    string Cluster,
    bool Cold,
    DateTimeOffset CaptureStarted,
    DateTimeOffset CaptureEnded,
    IReadOnlyList<InstanceProperties> Instances,
    string MetadataFrom)
{
    /// <summary>The schema that this build writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>As JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format);

    /// <summary>Reads the JSON of a point, which is input like any other.</summary>
    /// <exception cref="CairnException"><see cref="ErrorCode.PointDamaged"/>.</exception>
    public static NodeProperties Parse(string json, string pointId)
    {
        try
        {
            if (JsonSerializer.Deserialize<NodeProperties>(json, Format) is { Schema: CurrentSchema } properties)
            {
                return properties;
            }
        }
        catch (JsonException failure)
        {
            throw Damaged(pointId, failure);
        }

        throw Damaged(pointId, cause: null);
    }

    private static CairnException Damaged(string pointId, Exception? cause) => new(
        ErrorCode.PointDamaged,
        $"what point {pointId} says about its instances cannot be read by this version",
        "use the version of Cairn that made the point, or another point",
        subject: pointId,
        cause: cause);
}
