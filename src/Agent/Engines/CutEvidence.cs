namespace Cairn.Agent.Engines;

/// <summary>What one step on one node handed over for the check of the cut.</summary>
public sealed record CutEvidence(string Node, string Instance, string Step, ReadOnlyMemory<byte> Evidence);
