namespace Cairn.Agent.Journal;

/// <summary>One directory that is replaced.</summary>
/// <param name="Instance">The instance's name.</param>
/// <param name="Root">The root's name.</param>
/// <param name="Target">The live directory, resolved.</param>
/// <param name="Stage">Where the new directory is made, on the same mount.</param>
/// <param name="Old">Where the old directory goes, on the same mount.</param>
/// <param name="Content">False: an empty directory takes its place.</param>
internal sealed record RestorePart(
    string Instance, string Root, string Target, string Stage, string Old, bool Content);
