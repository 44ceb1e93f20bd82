namespace Cairn.Repository;

/// <summary>What a complete copy leaves for the manifest.</summary>
internal sealed record CopyResult(PointTotals Totals, IReadOnlyList<PageReference> Pages, IReadOnlyList<SourceNote> Notes);
