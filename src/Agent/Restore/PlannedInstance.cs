using Cairn.Agent.Engines;

namespace Cairn.Agent.Restore;

/// <summary>An instance and its engine's layout.</summary>
internal sealed record PlannedInstance(IEngineInstance Instance, RestoreLayout Layout);
