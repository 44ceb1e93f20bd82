namespace Cairn.Agent.Engines.OpenGemini;

/// <summary>The roles of openGemini's processes.</summary>
internal static class Roles
{
    /// <summary>The catalogue, a Raft group.</summary>
    public const string Meta = "meta";

    /// <summary>The data.</summary>
    public const string Store = "store";

    /// <summary>The HTTP API.</summary>
    public const string Sql = "sql";
}
