namespace Cairn.Repository;

/// <summary>
/// One piece of a file, in order: a segment by its name (SHA-256 of its plain bytes, or what the chain's keys make of them) and place, or a run of zeros that
/// is stored nowhere. Also names pages and piece lists, whose plain length is then <see cref="Length"/>.
/// </summary>
internal readonly record struct SegmentReference(Sha256Digest Hash, SegmentPlace Place, long Length, bool IsZero)
{
    public static SegmentReference Zeros(long length) => new(default, default, length, IsZero: true);

    public static SegmentReference Data(Sha256Digest hash, SegmentPlace place) =>
        new(hash, place, place.PlainLength, IsZero: false);
}
