namespace Cairn.Coordinator.Restores;

/// <summary>A restore job's durable notes, as JSON in the catalog: written before the first command.</summary>
/// <param name="PointId">The point that is restored.</param>
/// <param name="Nodes">Who takes part, and with what.</param>
/// <param name="AcceptedCaveats">The caveats that the operator accepted by name.</param>
internal sealed record RestoreNotes(
    string PointId, IReadOnlyList<RestorePart> Nodes, IReadOnlyList<string> AcceptedCaveats);

/// <summary>One node's part of a restore.</summary>
/// <param name="SourceNode">The node whose part of the point is restored here.</param>
/// <param name="MetadataHere">True where the cluster's metadata are put in place; elsewhere the old ones move aside.</param>
internal sealed record RestorePart(string Node, string SourceNode, bool MetadataHere);
