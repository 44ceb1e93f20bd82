namespace Cairn.Agent.Journal;

/// <summary>One root's capture directory.</summary>
/// <param name="Name">The root's name.</param>
/// <param name="LivePath">The live directory, resolved.</param>
/// <param name="Directory">What was captured of it.</param>
internal sealed record CapturedRoot(string Name, string LivePath, string Directory);
