namespace Cairn.Simulation;

/// <summary>Something that must always be true is not.</summary>
internal sealed class InvariantException(string what) : Exception(what);
