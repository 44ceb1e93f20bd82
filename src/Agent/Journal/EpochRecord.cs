namespace Cairn.Agent.Journal;

/// <summary>The highest epoch seen for each cluster.</summary>
internal sealed record EpochRecord(IReadOnlyDictionary<string, long> Highest);
