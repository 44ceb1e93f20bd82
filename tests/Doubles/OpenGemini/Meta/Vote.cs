using System.Text.Json.Nodes;

namespace OpenGeminiDouble.Meta;

/// <summary>What one meta brings into an election.</summary>
/// <param name="Rpc">Its RPC address, as in <c>meta-join</c>.</param>
/// <param name="Filled">Whether it knows a catalogue; one with an empty directory does not and never wins over one that does.</param>
/// <param name="Index">The highest Raft index it holds.</param>
/// <param name="Ballot">Grows with every lead taken, so that a leader stays one while nothing newer turns up.</param>
internal sealed record Vote(string Rpc, bool Filled, long Index, long Ballot)
{
    public string ToJson() => new JsonObject
    {
        ["rpc"] = Rpc,
        ["filled"] = Filled,
        ["index"] = Index,
        ["ballot"] = Ballot,
    }.ToJsonString();

    public static Vote Parse(string json)
    {
        var node = JsonNode.Parse(json)!;
        return new Vote((string)node["rpc"]!, (bool)node["filled"]!, (long)node["index"]!, (long)node["ballot"]!);
    }
}
