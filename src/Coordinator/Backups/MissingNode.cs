namespace Cairn.Coordinator.Backups;

/// <summary>A node that a partial point goes without, and why.</summary>
/// <param name="Code">The failure's wire name.</param>
internal sealed record MissingNode(string Node, string Code, string Reason);
