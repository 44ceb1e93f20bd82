namespace Cairn.Repository;

/// <summary>
/// The segments that a copy itself stores, for the next copies of the chain: they learn from this list what they would else have to find in all pages of the
/// point. Kept for an incremental only, because its own segments are few beside those that its pages name. Not for concurrent use.
/// </summary>
internal sealed class NewSegments(KnownContent known, bool isIncremental)
{
    private readonly List<SegmentReference> listed = [];
    private bool isKept = isIncremental;

    /// <summary>Null when none is kept, or there were too many.</summary>
    public IReadOnlyList<SegmentReference>? Listed => isKept ? listed : null;

    /// <summary>A segment that was stored just now.</summary>
    public void Add(in SegmentReference segment)
    {
        if (isKept && listed.Count == NewSegmentsFormat.MaxSegments)
        {
            isKept = false;
            listed.Clear();
            listed.TrimExcess();
        }

        if (isKept)
        {
            listed.Add(segment);
        }
    }

    /// <summary>A segment that is named, which an earlier attempt at this point may have stored.</summary>
    public void AddOfEarlierAttempt(in SegmentReference segment)
    {
        if (!segment.IsZero && segment.Place.Pack < known.NextPack && known.IsOwn(segment.Place.Pack))
        {
            Add(segment);
        }
    }
}
