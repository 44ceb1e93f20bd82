namespace Cairn.Coordinator.Restores;

/// <summary>A restore job's durable notes, as JSON in the catalog: written before the first command.</summary>
/// <param name="PointId">The point that is restored.</param>
/// <param name="Nodes">Who takes part, and with what.</param>
/// <param name="AcceptedCaveats">The caveats that the operator accepted by name.</param>
internal sealed record RestoreNotes(
    string PointId, IReadOnlyList<RestorePart> Nodes, IReadOnlyList<string> AcceptedCaveats)
{
    /// <summary>Not empty: only these objects are brought back, into a cluster that runs.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>With objects: how far telling the database of them has come.</summary>
    public AdoptionNotes? Adoption { get; init; }
}

/// <summary>How far telling a database of restored objects has come.</summary>
/// <param name="Node">The node that tells it: the one that leads the cluster's metadata.</param>
/// <param name="Attempt">Counts from 1; another node is another attempt.</param>
/// <param name="Done">True once the database has them.</param>
/// <param name="Refused">Why it has not taken them, so that their files are taken back; null while it may.</param>
internal sealed record AdoptionNotes(string Node, int Attempt = 1, bool Done = false, RefusedAdoption? Refused = null);

/// <summary>A failure as it is kept: by its code's wire name.</summary>
internal sealed record RefusedAdoption(string Code, string Message, string WayOut, string Node, string Subject);

/// <summary>One node's part of a restore.</summary>
/// <param name="SourceNode">The node whose part of the point is restored here.</param>
/// <param name="MetadataHere">
/// True where the cluster's metadata are put in place; elsewhere the old ones move aside. With objects: where the database is told of them.
/// </param>
internal sealed record RestorePart(string Node, string SourceNode, bool MetadataHere);
