using Cairn.V1;

namespace Cairn.Agent.Engines;

/// <summary>What an engine says of an instance once everything of it is copied.</summary>
/// <param name="Json">
/// What a restore must know of this instance and capture, as JSON of the engine's own; kept in the point and given back to
/// <see cref="IEngineInstance.PlanRestoreAsync"/>. At most 1 MiB.
/// </param>
/// <param name="Caveats">What the copying found that the point cannot promise.</param>
public sealed record InstanceRecord(string Json, IReadOnlyList<Caveat> Caveats);
