namespace Cairn.Agent.Journal;

/// <summary>
/// What the manifest must say beside the files; made while the capture was held, because preparing comes after its end.
/// Its key is the job.
/// </summary>
internal sealed record CopyRecord(
    string JobId,
    string PointId,
    string Properties,
    IReadOnlyList<string> Roles,
    bool HasMetadata,
    long CaptureMs,
    long CarriedBytes,
    DateTimeOffset Made)
{
    /// <summary>What the copy found that the point cannot promise.</summary>
    public IReadOnlyList<CaveatRecord> Caveats { get; init; } = [];
}
