using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Points;

/// <summary>Everything that agents hold or have held.</summary>
/// <param name="Records">Of all clusters, once each; also of points that some node has deleted.</param>
/// <param name="Deleted">The points that some node has recorded as deleted, by id.</param>
/// <param name="Answered">Nodes that could be asked.</param>
/// <param name="Unreachable">Why the others could not.</param>
internal sealed record AllPoints(
    IReadOnlyList<CommitRecord> Records,
    IReadOnlyDictionary<string, FoundDeletion> Deleted,
    IReadOnlySet<string> Answered,
    IReadOnlyList<CairnException> Unreachable);

/// <summary>A deletion as nodes have recorded it.</summary>
/// <param name="At">When the first of them did.</param>
/// <param name="Nodes">Those that did.</param>
internal sealed record FoundDeletion(DateTimeOffset At, IReadOnlyList<string> Nodes);
