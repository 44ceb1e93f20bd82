using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Points;

/// <summary>Everything that agents hold or have held.</summary>
/// <param name="Records">Of all clusters, once each; also of points that some node has deleted.</param>
/// <param name="Deleted">When a point was first deleted on some node, by its id.</param>
/// <param name="Unreachable">Nodes that could not be asked.</param>
internal sealed record AllPoints(
    IReadOnlyList<CommitRecord> Records, IReadOnlyDictionary<string, DateTimeOffset> Deleted, IReadOnlyList<CairnException> Unreachable);
