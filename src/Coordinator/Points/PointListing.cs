using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Points;

/// <summary>One committed point and who holds its record now.</summary>
/// <param name="HeldBy">Nodes whose repository listed it; unreachable ones are not counted.</param>
internal sealed record ListedPoint(CommitRecord Record, IReadOnlyList<string> HeldBy)
{
    public string Id => Record.Summary.PointId;
}

/// <summary>A cluster's points as the repositories of its nodes, and where those are away the catalog, tell.</summary>
/// <param name="Points">Oldest first.</param>
/// <param name="Foreign">Points of other clusters in the same repositories, by point id.</param>
/// <param name="Damaged">Records that could not be read, or that two nodes tell differently.</param>
/// <param name="Unreachable">Nodes whose repository could not be asked.</param>
internal sealed record PointListing(
    IReadOnlyList<ListedPoint> Points,
    IReadOnlyDictionary<string, string> Foreign,
    IReadOnlyList<ErrorDetail> Damaged,
    IReadOnlyDictionary<string, CairnException> Unreachable);
