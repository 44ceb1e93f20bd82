namespace Cairn.Agent.Engines;

/// <summary>Directories that a database's own backup wrote on one host.</summary>
/// <param name="Full">The full backup, absolute.</param>
/// <param name="Increments">Increments on it, oldest first.</param>
/// <param name="AcceptUnproved">
/// Take it although the database's own record does not say that the backup ended well; the point carries a caveat then.
/// </param>
public sealed record ForeignBackup(string Full, IReadOnlyList<string> Increments, bool AcceptUnproved);
