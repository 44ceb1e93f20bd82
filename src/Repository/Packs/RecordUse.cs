using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>A record in a pack that a point uses; where it is is the key.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct RecordUse(SegmentPlace place, bool isData) : IDiskRecord<RecordUse>
{
    private readonly uint pack = place.Pack;
    private readonly long offset = place.Offset;
    private readonly uint storedLength = place.StoredLength;
    private readonly uint plainLength = isData ? place.PlainLength : 0;

    public SegmentPlace Place => new(pack, offset, storedLength, plainLength);

    // 2^40 bytes in a pack are more than any option allows.
    public ulong Prefix => ((ulong)pack << 32) | ((ulong)offset >> 8);

    public bool Equals(RecordUse other) => pack == other.pack && offset == other.offset;

    public override bool Equals(object? obj) => obj is RecordUse other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(pack, offset);

    public int CompareTo(RecordUse other) => pack != other.pack ? pack.CompareTo(other.pack) : offset.CompareTo(other.offset);
}
