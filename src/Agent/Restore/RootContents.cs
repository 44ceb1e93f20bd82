using Cairn.Repository;

namespace Cairn.Agent.Restore;

/// <summary>One root of a point: its files, the bytes that they take on disk, and the attributes of its own directory.</summary>
internal sealed record RootContents(long Files, long Bytes, UnixAttributes? Root);
