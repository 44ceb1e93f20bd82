namespace Cairn.Repository;

/// <summary>One path of a point with the hash of its content.</summary>
/// <param name="Entry">The path.</param>
/// <param name="Content">SHA-256 of a file's bytes; null for what is no file, and for a file whose segments are damaged.</param>
public sealed record HashedEntry(ManifestEntry Entry, Sha256Digest? Content);
