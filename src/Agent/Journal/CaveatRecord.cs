namespace Cairn.Agent.Journal;

/// <summary>A caveat by name.</summary>
internal sealed record CaveatRecord(string Name, string Text);
