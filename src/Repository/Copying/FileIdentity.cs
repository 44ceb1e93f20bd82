namespace Cairn.Repository;

/// <summary>Which file it is on its host: the device's number (as stat's <c>st_dev</c>) and the inode.</summary>
public readonly record struct FileIdentity(ulong Device, ulong Inode);
