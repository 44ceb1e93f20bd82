namespace Cairn.Agent.Backup;

/// <summary>A root and the directory that it was, resolved.</summary>
internal sealed record RootProperties(string Name, string Path);
