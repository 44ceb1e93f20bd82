namespace Cairn.Coordinator.Audit;

/// <summary>What the catalog knows of the audit log, so that records cannot be taken away at either end unseen.</summary>
/// <param name="FirstSequence">The first record of the oldest file that is kept.</param>
/// <param name="FirstPrevious">The hash that this record follows.</param>
/// <param name="HeadSequence">The last record; 0 when there is none yet.</param>
/// <param name="HeadHash">Its hash.</param>
internal sealed record AuditAnchor(
    long FirstSequence, ReadOnlyMemory<byte> FirstPrevious, long HeadSequence, ReadOnlyMemory<byte> HeadHash)
{
    /// <summary>Of a log without records.</summary>
    public static AuditAnchor Empty { get; } = new(1, new byte[AuditLine.HashBytes], 0, new byte[AuditLine.HashBytes]);
}
