namespace Cairn.Repository;

/// <summary>A source file with which something was wrong, in a copy that was allowed to go on.</summary>
/// <param name="Path">The entry.</param>
/// <param name="Trouble">What kind of trouble.</param>
/// <param name="Finding">What was found.</param>
public sealed record SourceNote(string Path, SourceTrouble Trouble, string Finding);
