namespace Cairn.Repository;

/// <summary>What a complete copy leaves for the manifest.</summary>
/// <param name="Totals">What was counted.</param>
/// <param name="Pages">The page table.</param>
/// <param name="Notes">Source trouble that was allowed.</param>
/// <param name="NewSegments">Those that the copy itself stored; null when the manifest is to have no list of them.</param>
internal sealed record CopyResult(
    PointTotals Totals, IReadOnlyList<PageReference> Pages, IReadOnlyList<SourceNote> Notes, IReadOnlyList<SegmentReference>? NewSegments);
