namespace Cairn.Agent.Journal;

/// <summary>One instance's part of a capture.</summary>
internal sealed record CapturedInstance(
    string Name,
    string Engine,
    string NotesDirectory,
    IReadOnlyList<CapturedRoot> Roots,
    IReadOnlyList<StepRecord> Steps);
