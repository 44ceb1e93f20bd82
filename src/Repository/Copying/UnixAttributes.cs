namespace Cairn.Repository;

/// <summary>
/// What the file system says about a path and what a restore sets again. <paramref name="Mode"/>: permission bits only
/// (07777). <paramref name="MtimeNs"/>: nanoseconds since 1970 UTC. <paramref name="Size"/>: bytes, 0 for directories and links.
/// </summary>
public readonly record struct UnixAttributes(uint Mode, uint Uid, uint Gid, long MtimeNs, long Size);
