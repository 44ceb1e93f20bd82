namespace Cairn.Agent.Engines;

/// <summary>One of the archives that a database's own tools would make of an instance.</summary>
/// <param name="Name">Its file name without an ending, e.g. <c>base</c>.</param>
/// <param name="Member">
/// The name in it of what the point has under a path of the instance (whose first component is the root's name); null for what is not in it.
/// </param>
public sealed record ExportArchive(string Name, Func<string, string?> Member);
