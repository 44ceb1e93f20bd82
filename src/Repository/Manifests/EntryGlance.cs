namespace Cairn.Repository;

/// <summary>What tells whether a file is still the one that was copied; see <see cref="EntryCodec.Glance"/>.</summary>
internal readonly record struct EntryGlance(
    EntryKind Kind, int Flags, long MtimeNs, long Size, FileIdentity? Identity, int PageBytes, ulong SourceProof)
{
    public bool IsImmutable => (Flags & EntryFlags.Immutable) != 0;

    public bool IsSparse => (Flags & EntryFlags.Sparse) != 0;

    /// <summary>A further name of another file: it has no pieces.</summary>
    public bool IsLink => (Flags & EntryFlags.Linked) != 0;
}
