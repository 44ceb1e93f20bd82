using System.Text.Json.Serialization;

namespace Cairn.Agent.Journal;

/// <summary>One root's capture directory.</summary>
/// <param name="Name">The root's name.</param>
/// <param name="LivePath">The live directory, resolved.</param>
/// <param name="Directory">What was captured of it; empty when the live files are read.</param>
internal sealed record CapturedRoot(string Name, string LivePath, string Directory)
{
    /// <summary>True when something of it is made beside the data.</summary>
    [JsonIgnore]
    public bool IsTaken => Directory.Length > 0;
}
