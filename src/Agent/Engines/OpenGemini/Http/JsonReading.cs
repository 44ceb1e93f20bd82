using System.Text.Json;

namespace Cairn.Agent.Engines.OpenGemini.Http;

/// <summary>Reads fields of answers that may lack them or have them null, as Go writes empty maps and lists.</summary>
internal static class JsonReading
{
    /// <summary>The field's text, empty when it is missing or no text.</summary>
    public static string Text(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";

    /// <summary>The field's number as it stands there, empty when it is missing: ids exceed what a double holds.</summary>
    public static string NumberText(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetRawText() : "";

    /// <summary>The field's number, or <paramref name="otherwise"/>.</summary>
    public static long Number(this JsonElement element, string name, long otherwise) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : otherwise;

    /// <summary>The items of a list; none when it is missing or null.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? value.EnumerateArray() : [];

    /// <summary>The entries of a map; none when it is missing or null.</summary>
    public static IEnumerable<JsonProperty> Entries(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject() : [];

    /// <summary>True when the field is there and not null.</summary>
    public static bool IsSet(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined);
}
