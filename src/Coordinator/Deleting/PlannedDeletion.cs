using Cairn.Coordinator.Plans;
using Cairn.V1;

namespace Cairn.Coordinator.Deleting;

/// <summary>What a deletion would do now.</summary>
/// <param name="Record">The point's commit record.</param>
internal sealed record PlannedDeletion(DeletionPlan Plan, SeenPlan Seen, CommitRecord Record, DeletionNotes Notes);

/// <summary>A deletion's durable notes.</summary>
/// <param name="Nodes">All that are to have the tombstone: the cluster's, and those of the point.</param>
internal sealed record DeletionNotes(string PointId, IReadOnlyList<string> Nodes);
