using Cairn.Shared.Errors;
using Cairn.V1;

namespace Cairn.Coordinator.Points;

/// <summary>One committed point and who holds its record now.</summary>
/// <param name="HeldBy">Nodes whose repository listed it; unreachable ones are not counted.</param>
/// <param name="Borrowed">Nodes whose agent may take a part of it from another node's repository, and whose part.</param>
internal sealed record ListedPoint(
    CommitRecord Record, IReadOnlyList<string> HeldBy, IReadOnlyList<BorrowedPart> Borrowed)
{
    public string Id => Record.Summary.PointId;

    /// <summary>Whether <paramref name="node"/> can get at <paramref name="sourceNode"/>'s part; which part a repository of its own holds, its agent checks.</summary>
    public bool IsWithin(string node, string sourceNode) =>
        HeldBy.Contains(node) || Borrowed.Contains(new BorrowedPart(node, sourceNode));
}

/// <summary>A node that may take another's part of a point from a repository that its agent was given.</summary>
internal sealed record BorrowedPart(string Node, string SourceNode);

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
