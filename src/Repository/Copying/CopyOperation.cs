namespace Cairn.Repository;

/// <summary>What one step of a batch is.</summary>
internal enum CopyStep : byte
{
    BeginEntry,
    Raw,
    Reference,
    Note,
}

/// <summary>How an entry's content came.</summary>
internal enum EntryOrigin : byte
{
    Read,
    Base,
    Attempt,
}

/// <summary>
/// One step of a batch, in the order of the manifest. <see cref="CopyStep.Raw"/> begins as a range of the batch's raw bytes; the packer turns it into
/// zeros, a known segment or a record.
/// </summary>
internal struct CopyOperation
{
    public CopyStep Step;
    public EntryOrigin Origin;
    public ManifestEntry? Entry;
    public ulong SourceProof;
    public int RawOffset;
    public int RawLength;
    public Sha256Digest Hash;

    /// <summary>Where in the batch's packed bytes the record begins; -1: no record was made, the segment was known.</summary>
    public int RecordOffset;
    public int StoredLength;
    public bool IsZero;
    public SegmentReference Reference;
    public SourceNote? Note;
}
