namespace Cairn.Repository;

/// <summary>Something of an entry that a restore could not bring back, because the file system or the rights do not allow it.</summary>
/// <param name="Path">The entry.</param>
/// <param name="Attribute">What it is: an extended attribute's name, "setgid", or "owner".</param>
/// <param name="Finding">Why not.</param>
public sealed record AttributeNote(string Path, string Attribute, string Finding);
