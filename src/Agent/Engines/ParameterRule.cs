namespace Cairn.Agent.Engines;

/// <summary>A parameter that an engine takes for one run.</summary>
/// <param name="Name">As the command line spells it, without the dashes.</param>
/// <param name="Values">The values that it may have; empty when the engine judges them itself.</param>
/// <param name="Repeats">It may be given several times.</param>
public sealed record ParameterRule(string Name, IReadOnlyList<string> Values, bool Repeats = false);
