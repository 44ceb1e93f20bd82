using Cairn.Shared.Identifiers;
using Cairn.V1;
using Google.Protobuf;

namespace Cairn.Coordinator.Catalog;

/// <summary>A job as the catalog holds it, without its nodes and events.</summary>
/// <param name="Request">The request message of the job's kind.</param>
/// <param name="Plan">The flow's durable notes as JSON; null until it has made any.</param>
/// <param name="CancelRequested">When somebody gave it up; null when nobody has.</param>
/// <param name="AskedBy">The user who asked for it; empty for a job from before users were known.</param>
internal sealed record JobRecord(
    JobId Id,
    JobKind Kind,
    string Cluster,
    JobState State,
    string Phase,
    DateTimeOffset Created,
    DateTimeOffset? Ended,
    long Epoch,
    string PointId,
    string RestoreJobId,
    ErrorDetail? Error,
    ByteString Request,
    string? Plan,
    JobDecision Decision,
    RestoreAftermath Aftermath,
    DateTimeOffset? CancelRequested,
    string AskedBy)
{
    /// <summary>Until when the job can be taken up again after it has failed; null when it cannot.</summary>
    public DateTimeOffset? ResumableUntil { get; init; }

    /// <summary>True when the job has ended, well or not.</summary>
    public bool HasEnded => State is JobState.Succeeded or JobState.Partial or JobState.Failed or JobState.Cancelled;
}
