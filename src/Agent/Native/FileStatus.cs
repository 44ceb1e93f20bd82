namespace Cairn.Agent.Native;

/// <summary>What <c>lstat</c> says. <paramref name="Mode"/> holds permission bits only; <paramref name="AllocatedBytes"/> is what the file takes on disk.</summary>
internal readonly record struct FileStatus(
    FileKind Kind,
    uint Mode,
    uint UserId,
    uint GroupId,
    long SizeBytes,
    long AllocatedBytes,
    long ModifiedNs,
    (uint Major, uint Minor) Device,
    ulong Inode)
{
    /// <summary>Nothing is there.</summary>
    public static readonly FileStatus Missing;
}
