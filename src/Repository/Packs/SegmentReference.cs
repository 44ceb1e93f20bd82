namespace Cairn.Repository;

/// <summary>One piece of a file, in order: a segment by its hash and place, or a run of zeros that is stored nowhere.</summary>
internal readonly record struct SegmentReference(Sha256Digest Hash, SegmentPlace Place, long Length, bool IsZero)
{
    public static SegmentReference Zeros(long length) => new(default, default, length, IsZero: true);

    public static SegmentReference Data(Sha256Digest hash, SegmentPlace place) =>
        new(hash, place, place.PlainLength, IsZero: false);
}
