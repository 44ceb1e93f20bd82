using Cairn.Agent.Engines;

namespace Cairn.Agent.Restore;

/// <summary>An instance, what is to be restored into it, and its engine's layout.</summary>
internal sealed record PlannedInstance(IEngineInstance Instance, RestoreRequestFacts Facts, RestoreLayout Layout);
