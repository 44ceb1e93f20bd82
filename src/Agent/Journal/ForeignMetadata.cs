namespace Cairn.Agent.Journal;

/// <summary>The cluster's metadata from another node.</summary>
/// <param name="SourceNode">The node that captured them.</param>
/// <param name="Bundle">The bundle as it was received.</param>
internal sealed record ForeignMetadata(string SourceNode, string Bundle);
