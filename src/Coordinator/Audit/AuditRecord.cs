namespace Cairn.Coordinator.Audit;

/// <summary>One record of the audit log; docs/security.md has the fields.</summary>
/// <param name="Sequence">Counts from 1 without a gap.</param>
/// <param name="At">When it was written, in UTC.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Who">The caller, e.g. "user alice"; empty for the coordinator itself.</param>
/// <param name="Address">Where the call came from; empty when it is not about a call.</param>
/// <param name="Call">The method's full name; for a job that ended, its kind.</param>
/// <param name="Subject">What it was about: names and ids out of the request, never a secret.</param>
/// <param name="Outcome">"ok", or the error code; of a job its state, or the error code.</param>
/// <param name="Answers">The sequence of the record of the call that this one tells the end of; 0 for none.</param>
internal sealed record AuditRecord(
    long Sequence,
    DateTimeOffset At,
    AuditKind Kind,
    string Who,
    string Address,
    string Call,
    string Subject,
    string Outcome,
    long Answers);
