using System.Runtime.InteropServices;

namespace Cairn.Repository;

/// <summary>One segment of the chain in the index: its name, and where it is.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal readonly struct SegmentIndexRecord(Sha256Digest name, SegmentPlace place) : IDiskRecord<SegmentIndexRecord>
{
    private readonly Sha256Digest name = name;
    private readonly uint pack = place.Pack;
    private readonly long offset = place.Offset;
    private readonly uint storedLength = place.StoredLength;
    private readonly uint plainLength = place.PlainLength;

    public ulong Prefix => name.Prefix;

    public SegmentPlace Place => new(pack, offset, storedLength, plainLength);

    public bool Equals(SegmentIndexRecord other) => name == other.name;

    public override bool Equals(object? obj) => obj is SegmentIndexRecord other && Equals(other);

    public override int GetHashCode() => name.GetHashCode();

    public int CompareTo(SegmentIndexRecord other) => name.CompareTo(other.name);
}
