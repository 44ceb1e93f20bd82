namespace Cairn.Agent.Importing;

/// <summary>One node's part of one imported point.</summary>
/// <param name="BasePointId">Null for a full.</param>
/// <param name="Record">The coordinator's commit record with this node's part only, as protobuf JSON.</param>
/// <param name="Evidence">For the check whether the nodes' parts fit together.</param>
internal sealed record ImportedPoint(string? BasePointId, string Record, IReadOnlyList<ImportedEvidence> Evidence);
