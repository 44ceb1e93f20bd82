namespace Cairn.Agent.Engines;

/// <summary>An instance that was found on this host.</summary>
/// <param name="Name">What it may be called in the agent's configuration.</param>
/// <param name="Description">A sentence: what it is and whether it runs.</param>
/// <param name="Options">The options by which the agent's configuration would name it, in their order.</param>
/// <param name="Roots">Directories that the configuration's <c>roots</c> must cover.</param>
public sealed record DiscoveredInstance(
    string Name, string Description, IReadOnlyList<KeyValuePair<string, string>> Options, IReadOnlyList<string> Roots);
