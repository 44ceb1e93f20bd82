namespace Cairn.Agent.Journal;

/// <summary>A step that was taken.</summary>
internal sealed record StepRecord(
    string Name,
    int Attempt,
    bool ClusterMetadata,
    string LeaderRole,
    DateTimeOffset Started,
    DateTimeOffset Ended,
    long Files,
    long Bytes,
    IReadOnlyList<string> Notes,
    IReadOnlyList<CaveatRecord> Caveats);
